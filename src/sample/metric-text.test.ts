import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { natureOf } from './metric-nature.ts';
import { matches, parseMetricText, parseSelector } from './metric-text.ts';

const valuesOf = (text: string, ...names: string[]): unknown[] =>
  parseMetricText(text, new Set(names)).map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]);

describe('the text of a metrics page', () => {
  it('is read in the Prometheus format: comments, labels, escapes, time stamps', () => {
    const page = [
      '# HELP http_requests_total The total number of requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      'http_requests_total{method="post",code="400",} 3',
      'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot \\"find\\"\\nit"} 1.458255915e9',
      'metric_without_timestamp_and_labels 12.47',
      'something_weird{problem="division by zero"} +Inf -3982045',
      'nothing 0',
      'http_requests_total_other 9',
    ].join('\n');
    expect(valuesOf(page, 'http_requests_total')).toEqual([
      ['http_requests_total', { method: 'post', code: '200' }, 1027],
      ['http_requests_total', { method: 'post', code: '400' }, 3],
    ]);
    expect(valuesOf(page, 'msdos_file_access_time_seconds')).toEqual([
      ['msdos_file_access_time_seconds', { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot "find"\nit' }, 1_458_255_915],
    ]);
    expect(valuesOf(page, 'metric_without_timestamp_and_labels', 'nothing')).toEqual([
      ['metric_without_timestamp_and_labels', {}, 12.47],
      ['nothing', {}, 0],
    ]);
    expect(valuesOf(page, 'something_weird')[0]).toContain(Number.POSITIVE_INFINITY);
  });

  it('is read in the OpenMetrics format: exemplars, units, the mark of the end', () => {
    const page = [
      '# TYPE foo_seconds histogram',
      '# UNIT foo_seconds seconds',
      'foo_seconds_bucket{le="0.01"} 8 # {trace_id="a} b"} 0.67',
      'foo_seconds_count 17 1520879607.789 # {trace_id="x"} 0.5',
      '{"http.server.duration","http.route"="/api",code="200"} 4',
      '# EOF',
    ].join('\n');
    expect(valuesOf(page, 'foo_seconds_bucket', 'foo_seconds_count', 'http.server.duration')).toEqual([
      ['foo_seconds_bucket', { le: '0.01' }, 8],
      ['foo_seconds_count', {}, 17],
      ['http.server.duration', { 'http.route': '/api', code: '200' }, 4],
    ]);
  });

  it('is passed over where it makes no sense', () => {
    expect(valuesOf('up{ 1\nup} 2\nup\nup x\nup{a="1"b="2"} 3\nup 4', 'up')).toEqual([['up', {}, 4]]);
  });

  it('gives back every label value that was written', () => {
    const escaped = (text: string): string =>
      text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), (label, value) => {
        const text = label.replaceAll('\r', '');
        expect(valuesOf(`m{l="${escaped(text)}"} ${value}`, 'm')).toEqual([
          ['m', { l: text }, value === 0 ? 0 : value],
        ]);
      }),
    );
  });
});

describe('a selector', () => {
  const page = parseMetricText('r{code="200"} 1\nr{code="503"} 2\nr 3\nother 4', new Set(['r', 'other']));
  const selected = (text: string): number[] => {
    const read = parseSelector(text);
    if (!read.ok) throw new Error(read.problem);
    return page.filter((sample) => matches(read.value, sample)).map(({ value }) => value);
  };

  it('matches labels as PromQL does', () => {
    expect(selected('r')).toEqual([1, 2, 3]);
    expect(selected('r{}')).toEqual([1, 2, 3]);
    expect(selected('r{code="200"}')).toEqual([1]);
    expect(selected('r{code!="200"}')).toEqual([2, 3]);
    expect(selected('r{code=~"5.."}')).toEqual([2]);
    expect(selected('r{code=~"5."}')).toEqual([]);
    expect(selected('r{code!~"5.."}')).toEqual([1, 3]);
    expect(selected('r{code=""}')).toEqual([3]);
  });

  it('is refused with a hint when it is none', () => {
    for (const text of ['', 'sum(r)', 'r[5m]', 'r{code=200}', 'r{code=~"("}', '5xx']) {
      expect(parseSelector(text), text).toMatchObject({ ok: false });
    }
  });
});

describe('the name of a metric', () => {
  it('tells unit, counter and what may leak', () => {
    const told = (metric: string): string => {
      const { unit, counter, leakCandidate, memory } = natureOf(metric);
      return [unit, counter && 'counter', leakCandidate && 'leak', memory && 'memory'].filter(Boolean).join(' ');
    };
    expect(told('process_resident_memory_bytes')).toBe('bytes leak memory');
    expect(told('go_memstats_heap_inuse_bytes')).toBe('bytes leak memory');
    expect(told('nodejs_heap_size_used_bytes')).toBe('bytes leak memory');
    expect(told('jvm_memory_max_bytes')).toBe('bytes');
    expect(told('go_memstats_heap_released_bytes')).toBe('bytes');
    expect(told('node_memory_MemAvailable_bytes')).toBe('bytes');
    expect(told('process_open_fds')).toBe('count leak');
    expect(told('process_max_fds')).toBe('count');
    expect(told('go_goroutines')).toBe('count leak');
    expect(told('nodejs_active_handles_total')).toBe('count leak');
    expect(told('http_requests_total')).toBe('per_second counter');
    expect(told('nodejs_eventloop_lag_p99_seconds')).toBe('seconds');
    expect(told('cache_hit_ratio')).toBe('ratio');
  });
});
