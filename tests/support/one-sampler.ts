import { type Clock, systemClock } from '../../src/base/clock.ts';
import { UndoStack } from '../../src/base/undo.ts';
import { samplerPlugins } from '../../src/sample/registry.ts';
import type { Sampler, SamplerContext } from '../../src/sample/sampler.ts';
import { startSampler } from '../../src/sample/start-sampler.ts';

export const samplerContext = (changes: Partial<SamplerContext> = {}): SamplerContext & { undo: UndoStack } => ({
  clock: systemClock,
  undo: new UndoStack(systemClock),
  targetUrl: 'http://127.0.0.1:9',
  secret: (value) => value,
  ...changes,
});

/** A sampler as a profile would start it; readings come by name. */
export class OneSampler {
  readonly sampler: Sampler;
  readonly #clock: Clock;

  private constructor(sampler: Sampler, clock: Clock) {
    this.sampler = sampler;
    this.#clock = clock;
  }

  static async start(kind: string, settings: Record<string, unknown>, context: SamplerContext): Promise<OneSampler> {
    const spec = { kind, name: kind, settings };
    return new OneSampler(await startSampler(spec, samplerPlugins, context), context.clock);
  }

  async read(signal = new AbortController().signal): Promise<Record<string, number | null>> {
    const values = await this.sampler.read(signal);
    return Object.fromEntries(this.sampler.series.map(({ name }, at) => [name, values[at] ?? null]));
  }

  /** Reads until what is waited for is seen; fails after ten seconds of trying. */
  async readUntil(seen: (values: Record<string, number | null>) => boolean): Promise<Record<string, number | null>> {
    const untilMs = this.#clock.monotonicMs() + 10_000;
    for (;;) {
      const values = await this.read();
      if (seen(values)) return values;
      if (this.#clock.monotonicMs() > untilMs) throw new Error(`not seen, last: ${JSON.stringify(values)}`);
      await this.#clock.sleep(50);
    }
  }
}
