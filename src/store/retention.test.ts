import { describe, expect, it } from 'vitest';
import { dueRuns, type KnownRun } from './retention.ts';

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;

const ended = (id: string, daysAgo: number, changes: Partial<KnownRun> = {}): KnownRun => ({
  id,
  labels: {},
  state: 'passed',
  endedMs: NOW - daysAgo * DAY_MS,
  ...changes,
});

const RETENTION = { spoolMs: 14 * DAY_MS, rowsMs: 180 * DAY_MS, verdictsMs: 700 * DAY_MS };
const due = (runs: KnownRun[], changes: Partial<typeof RETENTION | { rowsMs: null }> = {}, baselines: string[] = []) =>
  dueRuns(runs, { ...RETENTION, ...changes }, new Set(baselines), NOW).map(({ runId, tier }) => `${runId}: ${tier}`);

describe('what is no longer kept', () => {
  it('goes tier by tier, the oldest run first', () => {
    const runs = [ended('fresh', 13), ended('weeks', 15), ended('months', 181), ended('years', 701)];
    expect(due(runs)).toEqual(['years: verdicts', 'months: rows', 'weeks: spool']);
  });

  it('is kept for the time itself', () => {
    expect(due([ended('run', 180)])).toEqual(['run: spool']);
  });

  it('may be kept for ever', () => {
    expect(due([ended('months', 400)], { rowsMs: null })).toEqual(['months: spool']);
  });

  it('is never of a run that lives, however old it is', () => {
    expect(due([ended('live', 800, { state: 'paused', endedMs: null })])).toEqual([]);
  });

  it('is nothing of a baseline, nor of a run with the label keep', () => {
    expect(due([ended('baseline', 800)], {}, ['baseline'])).toEqual([]);
    expect(due([ended('labelled', 800, { labels: { keep: 'release 4' } })])).toEqual([]);
    expect(due([ended('no longer', 800, { labels: { keep: 'no' } })])).toEqual(['no longer: verdicts']);
  });
});
