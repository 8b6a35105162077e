import { describe, expect, it } from 'vitest';
import { CRITERIA, criterionByKey } from '../model/criteria.ts';
import { exampleTarget, parseTarget } from './criterion-target.ts';
import { parseCurveCsv } from './curve-file.ts';
import { readYaml } from './document.ts';
import { parseRunRange } from './exclude.ts';
import { parseClockRange, parseHours } from './hours.ts';
import { parseTimezone } from './timezone.ts';
import { parseThinkTime } from './users.ts';

describe('hours', () => {
  it('are a list or a range whose end is not included', () => {
    expect(parseHours([10, 0, 23])).toEqual({ ok: true, value: [10, 0, 23] });
    expect(parseHours('22-06')).toEqual({ ok: true, value: [22, 23, 0, 1, 2, 3, 4, 5] });
    expect(parseHours('22:00–06:00')).toEqual(parseHours('22-6'));
    expect(parseHours('00-24')).toEqual({ ok: true, value: Array.from({ length: 24 }, (_, hour) => hour) });
    expect(parseHours('20-24')).toEqual({ ok: true, value: [20, 21, 22, 23] });
  });

  it.each([['25-26'], ['10'], ['10-10'], ['10:30-12'], [[1.5]], [['10']], [10]])('refuse %s', (input) => {
    expect(parseHours(input).ok).toBe(false);
  });
});

describe('ranges', () => {
  it('of the clock may cross midnight', () => {
    expect(parseClockRange('23:30-01:00')).toEqual({ ok: true, value: { fromMinute: 1410, untilMinute: 60 } });
    expect(parseClockRange('24:00-01:00').ok).toBe(false);
    expect(parseClockRange('23:60-01:00').ok).toBe(false);
  });

  it('of the run go forward', () => {
    expect(parseRunRange('0-30m')).toEqual({ ok: true, value: { fromMs: 0, untilMs: 1_800_000 } });
    expect(parseRunRange('12h-14h-16h').ok).toBe(false);
    expect(parseRunRange('12-14').ok).toBe(false);
  });

  it('of think time may be one value', () => {
    expect(parseThinkTime('3s')).toEqual({ ok: true, value: { minMs: 3000, maxMs: 3000 } });
    expect(parseThinkTime('200ms-1s')).toEqual({ ok: true, value: { minMs: 200, maxMs: 1000 } });
    expect(parseThinkTime('1s-11m').ok).toBe(false);
  });
});

describe('time zones', () => {
  it('are IANA names, older ones too, in their own spelling', () => {
    expect(parseTimezone('europe/berlin')).toEqual({ ok: true, value: 'Europe/Berlin' });
    expect(parseTimezone('UTC')).toEqual({ ok: true, value: 'UTC' });
    expect(parseTimezone('Asia/Kolkata').ok).toBe(true);
    expect(parseTimezone('Asia/Calcutta').ok).toBe(true);
    expect(parseTimezone('+02:00').ok).toBe(false);
    expect(parseTimezone('Mars/Olympus_Mons').ok).toBe(false);
  });
});

describe('targets of criteria', () => {
  it('are understood as every definition writes its own example', () => {
    for (const definition of CRITERIA) {
      const example = exampleTarget(definition);
      const read = parseTarget(definition, example);
      expect(read, `${definition.id}: ${example}`).toMatchObject({ ok: true, value: { text: example } });
      if (definition.default !== null) expect(read).toMatchObject({ value: definition.default });
    }
  });

  it('have definitions that are found by id and by every other name, each name once', () => {
    const keys = CRITERIA.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { id, aliases } of CRITERIA) {
      for (const key of [id, ...aliases]) expect(criterionByKey(key)?.id).toBe(id);
    }
    expect(criterionByKey('throughputs')).toBeNull();
  });
});

describe('a curve file', () => {
  it('may have comments, empty lines, a byte order mark and Windows line ends', () => {
    const text = '\uFEFFtime,requests_per_minute\r\n# recorded in May\r\n\r\n08:30,45\r\n20:00:30, 10.5\r\n';
    expect(parseCurveCsv(text, 'day')).toEqual({
      points: [
        { offsetMs: 30_600_000, ratePerMinute: 45 },
        { offsetMs: 72_030_000, ratePerMinute: 10.5 },
      ],
      problems: [],
    });
  });

  it('counts from the start with durations', () => {
    expect(parseCurveCsv('0s,1\n90m,2\n', 'run').points).toEqual([
      { offsetMs: 0, ratePerMinute: 1 },
      { offsetMs: 5_400_000, ratePerMinute: 2 },
    ]);
  });

  it('has at most one point a minute', () => {
    const points = (count: number): string => Array.from({ length: count }, (_, at) => `${at}s,1`).join('\n');
    expect(parseCurveCsv(points(60 * 1440), 'run').problems).toEqual([]);
    expect(parseCurveCsv(points(60 * 1440 + 1), 'run').problems).toEqual([
      expect.objectContaining({ line: 1, problem: '86401 points are more than 86400' }),
    ]);
  });
});

describe('places in a document', () => {
  const document = readYaml('a:\n  b: [1, 22]\n  "c d": x\n');

  it('are those of values, of keys on request, and of what is around when something is absent', () => {
    expect(document.locate(['a', 'b', 1], false)).toEqual({ line: 2, column: 10 });
    expect(document.locate(['a', 'c d'], false)).toEqual({ line: 3, column: 10 });
    expect(document.locate(['a', 'c d'], true)).toEqual({ line: 3, column: 3 });
    expect(document.locate(['a', 'missing', 'deeper'], false)).toEqual({ line: 1, column: 1 });
  });

  it('of a mapping or list are those of its key', () => {
    expect(document.locate(['a', 'b'], false)).toEqual({ line: 2, column: 3 });
  });
});
