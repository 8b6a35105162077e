import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { UndoStack } from '../base/undo.ts';
import type { SamplerRole, SeriesInfo, TargetIdentity } from '../model/sample.ts';

/** A series as the plug-in declares it; the loop adds the source's name and role. */
export type SeriesDeclaration = Omit<SeriesInfo, 'id' | 'source' | 'kind' | 'role'> & { name: string };

export interface SamplerContext {
  clock: Clock;
  undo: UndoStack;
  targetUrl: string;
  /** Resolves `env:NAME` in a setting; throws a SoakdError when the variable is missing. */
  secret: (value: string) => string;
}

/** One source at work. */
export interface Sampler {
  readonly series: readonly SeriesDeclaration[];
  /** True when a reading costs little: it is then read several times an interval. */
  readonly cheap: boolean;
  /**
   * Values in the order of `series`; null for one that the source does not have now. Rejects when the
   * source cannot be read; the loop turns that into nulls and one event. Must respect `signal` (5 s).
   */
  read(signal: AbortSignal): Promise<(number | null)[]>;
  /** Who is being read, when the source knows: a change is an event. */
  identity?(): TargetIdentity['identity'] | null;
  /** When the one that is read began to run, Unix ms, when the source knows: it dates the event of a restart. */
  startedMs?(): number | null;
}

/** A reading that failed and still tells something: `up` is 0 when nobody answers, while status and time are unknown. */
export class FailedReading extends Error {
  readonly values: readonly (number | null)[];

  constructor(message: string, values: readonly (number | null)[], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FailedReading';
    this.values = values;
  }
}

/** A kind of source: one file, and one line in the registry. */
export interface SamplerPlugin<Settings extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly settings: Settings;
  /** Whose such a source is unless the profile says so; the target's when absent. */
  readonly usualRole?: SamplerRole;
  /** May take time (finding a pid, connecting lazily) but does not fail when the source is away. */
  start(settings: z.output<Settings>, context: SamplerContext): Promise<Sampler> | Sampler;
  /**
   * Names or addresses of the machines that it asks, known without asking them; absent: it reads this machine only.
   * Rejects with a SoakdError when the settings do not tell.
   */
  hosts?(
    settings: z.output<Settings>,
    context: Pick<SamplerContext, 'targetUrl' | 'secret'>,
  ): Promise<string[]> | string[];
}
