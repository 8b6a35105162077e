import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERT_METRICS, alertMetric, alertMetricNames } from './alert-metrics.ts';

describe('the catalogue of alert metrics', () => {
  it('is described in docs/alerts.md, name by name, and nothing else is', () => {
    const page = readFileSync('docs/alerts.md', 'utf8');
    const [, section = ''] = page.split('\n## Metrics\n');
    const [tables = ''] = section.split('\n## ');
    const described = [...tables.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name),
    );
    expect(described.toSorted()).toEqual(alertMetricNames().toSorted());
  });

  it('gives no name to two metrics', () => {
    const names = alertMetricNames();
    expect(new Set(names).size).toBe(names.length);
  });

  it('knows series by id and by name, and blanks for underscores', () => {
    expect(alertMetric('memory growth')?.name).toBe('memory_growth');
    expect(alertMetric('*.queue_length')).toMatchObject({ lane: 'samples', unit: 'raw' });
    expect(alertMetric('agent.queue_length')?.name).toBe('agent.queue_length');
    expect(alertMetric('queue_length')).toBeNull();
    expect(ALERT_METRICS.length).toBeGreaterThan(30);
  });
});
