import { describe, expect, it } from 'vitest';
import { HOUR_MS, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { labelChange } from '../detect/change/label-change.ts';
import { happeningsOf } from './happenings.ts';

const at = (hours: number): number => START_MS + hours * HOUR_MS;
const action = (kind: 'rate' | 'pause' | 'resume' | 'extend' | 'annotate', hours: number, text = '') => ({
  atMs: at(hours),
  who: 'eve',
  kind,
  text,
});
const event = (kind: string, hours: number, source: string): NonNullable<RunScript['events']>[number] => ({
  atMs: at(hours),
  kind,
  severity: 'warning',
  message: '',
  data: { source },
});

const rows = runRows({
  hours: 48,
  series: {},
  ratePerMinute: 1,
  events: [
    event('target_restarted', 3, 'agent'),
    event('dependency_restarted', 6, 'cache'),
    event('source_failed', 9, 'cache'),
  ],
  actions: [
    { ...action('annotate', 12, 'deploy 1.4'), edit: null },
    { ...action('rate', 15), edit: { kind: 'rate', atMs: at(15), factor: 2, untilMs: at(18) } },
    { ...action('pause', 21), edit: { kind: 'pause', atMs: at(21) } },
    { ...action('resume', 24), edit: { kind: 'resume', atMs: at(24) } },
    { ...action('extend', 27), edit: { kind: 'extend', atMs: at(27), byMs: HOUR_MS } },
  ],
});
const happened = happeningsOf(rows);
const label = (hour: number): string => labelChange({ earliestAt: hour - 0.5, at: hour }, happened, 1);

describe('a change of level', () => {
  it.each([
    [3, 'restart'],
    [6, 'restart of cache'],
    [9, 'unexplained'],
    [12, 'deploy 1.4'],
    [15, 'rate change'],
    [18, 'rate change'],
    [21, 'pause'],
    [24, 'end of a pause'],
    [27, 'unexplained'],
  ])('at hour %i is labelled: %s', (hour, expected) => {
    expect(label(hour)).toBe(expected);
  });

  it('is unexplained more than an hour away from all that is known', () => {
    expect(label(4.4)).toBe('restart');
    expect(label(4.6)).toBe('unexplained');
  });
});
