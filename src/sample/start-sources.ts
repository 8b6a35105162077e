import { SoakdError } from '../base/errors.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { Sampler, SamplerContext, SamplerPlugin } from './sampler.ts';
import type { SampledSource } from './source-reader.ts';

/** A source of the profile that cannot even begin: a secret that is not set, settings of another version. */
export interface SourceNotStarted {
  spec: SamplerSpec;
  error: unknown;
}

/** Starts every source of a profile; one that cannot start does not keep the others from it. */
export async function startSources(
  specs: readonly SamplerSpec[],
  plugins: readonly SamplerPlugin[],
  context: SamplerContext,
): Promise<{ sources: SampledSource[]; failed: SourceNotStarted[] }> {
  const sources: SampledSource[] = [];
  const failed: SourceNotStarted[] = [];
  for (const spec of specs) {
    try {
      const sampler = await startSampler(spec, plugins, context);
      sources.push({ name: spec.name, kind: spec.kind, role: 'target', sampler });
    } catch (error) {
      failed.push({ spec, error });
    }
  }
  return { sources, failed };
}

/** Rejects with a SoakdError when the kind is unknown or its settings do not fit. */
export async function startSampler(
  spec: SamplerSpec,
  plugins: readonly SamplerPlugin[],
  context: SamplerContext,
): Promise<Sampler> {
  const plugin = plugins.find(({ kind }) => kind === spec.kind);
  if (plugin === undefined) {
    throw new SoakdError(`${spec.kind} is no kind of sampler`, {
      code: 'sampler_unknown',
      hint: `kinds: ${plugins.map(({ kind }) => kind).join(', ')}`,
    });
  }
  const settings = plugin.settings.safeParse(spec.settings);
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new SoakdError(`the settings of ${spec.name} do not fit: ${issue?.path.join('.')} ${issue?.message}`, {
      code: 'sampler_settings',
      hint: 'check the profile: soakd validate',
    });
  }
  return plugin.start(settings.data, context);
}
