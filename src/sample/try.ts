import { deadline } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { UndoStack } from '../base/undo.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { SeriesInfo } from '../model/sample.ts';
import type { Sampler, SamplerContext, SamplerPlugin } from './sampler.ts';
import { READING_LIMIT_MS } from './source-reader.ts';
import { startSampler } from './start-sampler.ts';

/** One sampler of a profile, tried before it is relied on. */
export interface SamplerTrial {
  name: string;
  kind: string;
  ok: boolean;
  /** Of the second reading: rates need one before. Empty when the sampler could not be read. */
  readings: { series: string; unit: SeriesInfo['unit']; value: number | null }[];
  /** Series without a value although the source can be read: often a misspelt name. */
  missing: string[];
  /** Who was read, when the source knows. */
  identity: string | null;
  /** Why it failed, and what to do about it; null when it works. */
  reason: string | null;
  hint: string | null;
  /** Of the slower of the two readings; null when there was none. */
  tookMs: number | null;
}

/** Rates of counters need a moment between two readings. */
const BETWEEN_READINGS_MS = 1000;

/** Reads every sampler twice, all at once; nothing stays open. Never rejects but for `signal`. */
export async function trySamplers(
  specs: readonly SamplerSpec[],
  plugins: readonly SamplerPlugin[],
  context: Omit<SamplerContext, 'undo'>,
  signal?: AbortSignal,
): Promise<SamplerTrial[]> {
  const trials = await Promise.all(specs.map((spec) => trySampler(spec, plugins, context, signal)));
  signal?.throwIfAborted();
  return trials;
}

async function trySampler(
  spec: SamplerSpec,
  plugins: readonly SamplerPlugin[],
  context: Omit<SamplerContext, 'undo'>,
  signal: AbortSignal | undefined,
): Promise<SamplerTrial> {
  const { clock } = context;
  const undo = new UndoStack(clock);
  const trial: SamplerTrial = {
    name: spec.name,
    kind: spec.kind,
    ok: false,
    readings: [],
    missing: [],
    identity: null,
    reason: null,
    hint: null,
    tookMs: null,
  };
  try {
    const sampler = await startSampler(spec, plugins, { ...context, undo });
    const timed = async (): Promise<(number | null)[]> => {
      const startedMs = clock.monotonicMs();
      try {
        return await limited(sampler, context, signal);
      } finally {
        trial.tookMs = Math.max(trial.tookMs ?? 0, clock.monotonicMs() - startedMs);
      }
    };
    await timed();
    await clock.sleep(BETWEEN_READINGS_MS, signal);
    const values = await timed();
    trial.readings = sampler.series.map(({ name, unit }, at) => ({ series: name, unit, value: values[at] ?? null }));
    trial.missing = trial.readings.filter(({ value }) => value === null).map(({ series }) => series);
    trial.identity = sampler.identity?.() ?? null;
    // A source of which nothing can be read is not one.
    trial.ok = trial.missing.length < trial.readings.length;
    if (!trial.ok) {
      trial.reason = 'none of its series has a value';
      trial.hint = 'compare the names in the profile with what the source shows';
    }
  } catch (thrown) {
    trial.reason = describeError(thrown);
    trial.hint = thrown instanceof SoakdError ? thrown.hint : hintFor(spec, trial.reason);
  } finally {
    await undo.unwind();
  }
  return trial;
}

/** A reading with its limit, also for a sampler that ignores its signal. */
async function limited(
  sampler: Sampler,
  { clock }: Pick<SamplerContext, 'clock'>,
  parent: AbortSignal | undefined,
): Promise<(number | null)[]> {
  const { signal, clear } = deadline(clock, READING_LIMIT_MS, parent);
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([sampler.read(signal), ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
    clear();
  }
}

/** What to do about the failures that everybody meets. */
function hintFor({ kind }: SamplerSpec, reason: string): string {
  if (/ECONNREFUSED/.test(reason)) return `nothing listens there: is it started, and is the address of ${kind} right?`;
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return 'the name is not known to DNS here: check the address';
  if (/no answer within|timed? ?out|aborted/i.test(reason))
    return 'it is reachable but too slow, or a firewall drops: try it by hand from this machine';
  if (/NOAUTH|WRONGPASS|auth|status 40[13]/i.test(reason))
    return 'give a user and a password, or a header, with env:NAME';
  if (/EACCES|EPERM/.test(reason)) return 'run soakd as a user who may read it';
  return 'try it by hand from this machine; docs/samplers.md says what each kind reads';
}
