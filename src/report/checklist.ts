import { isJudged } from '../model/sample.ts';
import type { Verdict } from '../model/verdict.ts';
import { formatCount, formatMilliseconds } from '../verdict/quantity.ts';
import type { RunRows } from '../verdict/rows.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';

/** One line of the plan's checklists: ticked by evidence, or left open with the reason. */
export interface CheckItem {
  text: string;
  done: boolean;
  evidence: string;
}

/** Appendix A of the reliability plan, before the test. Nothing is ticked on faith. */
export function preTestChecklist(rows: RunRows, beside: Beside = NOTHING_BESIDE): CheckItem[] {
  return [
    healthy(rows),
    { text: 'Test data seeded', done: false, evidence: "soakd does not see the target's data" },
    monitored(rows),
    {
      text: 'Logging configured',
      done: false,
      evidence: "soakd keeps its events and k6's log; whether the target logs is not visible from here",
    },
    alerting(rows, beside),
    baseline(rows),
  ];
}

/** Appendix A of the reliability plan, after the test. */
export function postTestChecklist(rows: RunRows, verdict: Verdict): CheckItem[] {
  const issues = verdict.criteria.filter(({ status }) => status === 'fail' || status === 'inconclusive').length;
  return [
    {
      text: 'Collect all logs',
      done: false,
      evidence: `${rows.events.length} ${rows.events.length === 1 ? 'event' : 'events'} and k6's log are in the run's folder; the target's logs are not collected`,
    },
    { text: 'Generate reports', done: true, evidence: 'this report; JSON and JUnit from the same rows' },
    { text: 'Document issues', done: true, evidence: `${issues} criteria under "Issues Found"` },
    { text: 'Update baselines if needed', done: false, evidence: 'a decision for people' },
    { text: 'Clean up test data', done: false, evidence: "soakd does not see the target's data" },
    { text: 'Archive results', done: true, evidence: `all rows are stored under run ${rows.run.id}` },
  ];
}

/** Somebody is told when messages were delivered, and no channel delivers none of its own. That somebody reads them soakd cannot see. */
function alerting({ run }: RunRows, { alerts, channels }: Beside): CheckItem {
  const thresholds = run.profile.monitoring.alerts.length;
  const fired = alerts.filter(({ firingMs }) => firingMs !== null).length;
  const delivering = channels.filter(({ delivered }) => delivered > 0);
  const silent = channels.filter(({ delivered }) => delivered === 0);
  const evidence = [
    `the profile names ${thresholds} ${thresholds === 1 ? 'threshold' : 'thresholds'}`,
    `${fired} ${fired === 1 ? 'alert' : 'alerts'} fired in this run`,
    delivering.length === 0
      ? 'no message is known to have been delivered'
      : `messages were delivered through ${delivering.map(({ channel, delivered }) => `${channel} (${delivered})`).join(', ')}`,
    ...silent.map(
      ({ channel, waiting, givenUp }) => `${channel} delivered none: ${givenUp} given up, ${waiting} still to be sent`,
    ),
  ];
  return {
    text: 'Alerts configured',
    done: delivering.length > 0 && silent.length === 0,
    evidence: evidence.join('; '),
  };
}

const FIRST_READINGS = 5;

/** Every source of the target answered at the start, and the first requests were answered well. */
function healthy({ series, samples, windows }: RunRows): CheckItem {
  const text = 'All services running and healthy';
  const targets = series.filter(isJudged);
  const first = windows.find(({ requests }) => requests.length > 0);
  const counted = first?.requests.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const failed = first?.requests.reduce((sum, { outcome, count }) => sum + (outcome === 'ok' ? 0 : count), 0) ?? 0;
  if (counted === 0) return { text, done: false, evidence: 'no request was answered' };
  if (failed > 0) return { text, done: false, evidence: `${failed} of the first ${counted} requests failed` };
  if (targets.length === 0)
    return {
      text,
      done: false,
      evidence: `the first ${counted} requests were answered, but no sampler watches a service`,
    };
  const start = samples.reduce((least, { atMs }) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
  const interval = intervalOf(samples);
  const answered = new Set(
    samples
      .filter(({ atMs, last }) => last !== null && atMs < start + FIRST_READINGS * interval)
      .map((sample) => sample.series),
  );
  const sources = [...new Set(targets.map(({ source }) => source))];
  const silent = sources.filter((source) => !targets.some((one) => one.source === source && answered.has(one.id)));
  return silent.length > 0
    ? { text, done: false, evidence: `nothing was read from ${silent.join(', ')} at the start` }
    : {
        text,
        done: true,
        evidence: `the first ${counted} requests were answered; read at the start: ${sources.join(', ')}`,
      };
}

function intervalOf(samples: RunRows['samples']): number {
  const instants = [...new Set(samples.slice(0, 1000).map(({ atMs }) => atMs))].toSorted((a, b) => a - b);
  const distances = instants.slice(1).map((atMs, at) => atMs - (instants[at] ?? atMs));
  return distances.length === 0 ? 60_000 : Math.min(...distances);
}

function monitored({ series, samples }: RunRows): CheckItem {
  const text = 'Monitoring enabled';
  const targets = new Set(series.filter(isJudged).map(({ id }) => id));
  const read = samples.filter(({ series: id, last }) => targets.has(id) && last !== null).length;
  return read === 0
    ? { text, done: false, evidence: 'no sampler of the profile gave a value' }
    : { text, done: true, evidence: `${targets.size} series, ${formatCount(read)} samples` };
}

function baseline({ series, samples, sketches }: RunRows): CheckItem {
  const text = 'Baseline metrics recorded';
  const targets = new Set(series.filter(isJudged).map(({ id }) => id));
  const levels = new Set(
    samples.filter(({ series: id, last }) => targets.has(id) && last !== null).map((one) => one.series),
  );
  const first = sketches.find(({ outcome, durationsMs }) => outcome === 'ok' && durationsMs.count > 0);
  if (levels.size === 0 || first === undefined)
    return { text, done: false, evidence: 'needs samples of the target and answered requests' };
  // A row for each request name.
  const earliest = sketches.filter(({ outcome, atMs }) => outcome === 'ok' && atMs === first.atMs);
  const sum = earliest.reduce((ms, { durationsMs }) => ms + durationsMs.sum, 0);
  const mean = sum / earliest.reduce((count, { durationsMs }) => count + durationsMs.count, 0);
  return {
    text,
    done: true,
    evidence: `first values of ${levels.size} series; requests took ${formatMilliseconds(mean)} at first`,
  };
}
