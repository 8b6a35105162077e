import { contains } from '../../base/stretches.ts';
import { excludedStretches } from '../../plan/exclusions.ts';
import type { Evidence } from '../evidence.ts';
import { formatDuration } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/** Kinds of sampler that know which process they read. */
const WATCHING = ['process', 'cgroup', 'docker'];

/**
 * Restarts of the target that nobody planned, processes that went and never came back, and kills for lack of memory
 * (reliability plan §2, §5.2). The whole run counts,
 * warm-up included; what the profile excludes (a deploy window) does not. A crash of k6 is not the target's.
 */
export const crashes: CriterionJudge = (spec, evidence) => {
  const found = crashesOf(evidence);
  const { rows, span } = evidence;
  const watched = rows.series.filter(({ role, kind }) => role === 'target' && WATCHING.includes(kind));
  const seen = new Set(rows.samples.filter(({ last }) => last !== null).map(({ series }) => series));
  const watching = watched.some(({ id }) => seen.has(id));
  const text = watching ? `process watched for ${formatDuration(span.endMs - span.startMs)}` : 'process not watched';
  if (found.length === 0 && !watching) {
    const why = "no sampler watches the target's process: add `process` or `cgroup` under `samplers`";
    return lacking(spec, text, why, watched.length === 0);
  }
  if (found.length === 0 && evidence.all.demand === 0) {
    return lacking(spec, text, 'no load was offered: an idle target proves nothing', false);
  }
  const first = found[0];
  return {
    actual: found.length,
    interval: null,
    evidence: text,
    status: meets(found.length, spec) ? 'pass' : 'fail',
    why:
      first === undefined
        ? 'no restart, no kill for lack of memory'
        : found.length === 1
          ? first.message
          : `${found.length} times, first: ${first.message}`,
    worst: first?.message ?? null,
  };
};

/** In order of time. */
export function crashesOf({ rows, span }: Pick<Evidence, 'rows' | 'span'>): { atMs: number; message: string }[] {
  const excluded = excludedStretches(rows.run.profile, rows.plan);
  const restarts = rows.events
    .filter(({ kind, atMs }) => kind === 'target_restarted' && atMs <= span.endMs)
    .map(({ atMs, message, data }) => ({ atMs, message, sign: `restart of ${data.source}` }));
  const seen = [
    ...restarts,
    ...outOfMemoryKills(rows.series, rows.samples, span.endMs),
    ...neverCameBack(rows),
  ].toSorted((a, b) => a.atMs - b.atMs);
  return distinct(seen, Math.max(SAME_CRASH_MS, rows.run.profile.monitoring.intervalMs / rows.run.compression)).filter(
    ({ atMs }) => !contains(excluded, atMs),
  );
}

/** One sign of a crash, by one source. */
interface Sign {
  atMs: number;
  message: string;
  /** What was seen and by whom: the same sign again is another crash. */
  sign: string;
}

/**
 * One crash shows in several ways: a kill for lack of memory, a restart seen by two samplers, each of them up to an
 * interval late. In order of time; the first sign stands for the crash.
 */
function distinct(signs: readonly Sign[], sameMs: number): Sign[] {
  const kept: Sign[] = [];
  for (const one of signs) {
    const told = kept.some(({ atMs, sign }) => sign !== one.sign && one.atMs - atMs <= sameMs);
    if (!told) kept.push(one);
  }
  return kept;
}

/** Clocks of two sources differ by less. */
const SAME_CRASH_MS = 5_000;

/** Steps of the counters of the target's kills for lack of memory, up to `endMs`. */
export function outOfMemoryKills(
  series: Evidence['rows']['series'],
  samples: Evidence['rows']['samples'],
  endMs: number,
): (Sign & { series: string })[] {
  return series
    .filter(({ id, role, unit }) => role === 'target' && unit === 'count' && /oom_kills?(_total)?$/.test(id))
    .flatMap(({ id }) => {
      let before: number | null = null;
      const kills: (Sign & { series: string })[] = [];
      for (const { series: of, atMs, last } of samples) {
        if (of !== id || last === null || atMs > endMs) continue;
        if (before !== null && last > before)
          kills.push({
            atMs,
            message: `${id}: ${last - before} killed for lack of memory`,
            sign: `kill in ${id}`,
            series: id,
          });
        before = last;
      }
      return kills;
    });
}

/** Readings without the process until the end of the run: fewer may be a restart that is under way. */
const GONE_READINGS = 3;

/** Processes that were read and then were not, to the last reading. A missing row is soakd's own gap; a null is the target's. */
function neverCameBack({ series, samples }: Evidence['rows']): Sign[] {
  const sources = new Map(
    series.filter(({ role, kind }) => role === 'target' && kind === 'process').map(({ id, source }) => [id, source]),
  );
  const seen = new Map<string, { lastMs: number | null; nulls: Set<number> }>();
  for (const { series: id, atMs, last } of samples) {
    const source = sources.get(id);
    if (source === undefined) continue;
    const state = seen.get(source) ?? { lastMs: null, nulls: new Set() };
    seen.set(source, state);
    if (last === null) state.nulls.add(atMs);
    else state.lastMs = Math.max(state.lastMs ?? atMs, atMs);
  }
  return [...seen].flatMap(([source, { lastMs, nulls }]) => {
    if (lastMs === null) return [];
    const after = [...nulls].filter((atMs) => atMs > lastMs);
    if (after.length < GONE_READINGS) return [];
    const atMs = after.reduce((a, b) => Math.min(a, b));
    return [{ atMs, message: `${source} ended and did not come back`, sign: `end of ${source}` }];
  });
}
