import type { z } from 'zod';
import { SoakdError } from '../base/errors.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { SamplerRole } from '../model/sample.ts';
import type { Sampler, SamplerContext, SamplerPlugin } from './sampler.ts';

/** Starts one source of a profile. Rejects with a SoakdError when the kind is unknown or its settings do not fit. */
export async function startSampler(
  spec: SamplerSpec,
  plugins: readonly SamplerPlugin[],
  context: SamplerContext,
): Promise<Sampler> {
  const { plugin, settings } = pluginOf(spec, plugins);
  return plugin.start(settings, context);
}

/** Whose source it is: as the profile says, else as is usual for its kind. */
export const roleOf = ({ kind, role }: SamplerSpec, plugins: readonly SamplerPlugin[]): SamplerRole =>
  role ?? plugins.find((plugin) => plugin.kind === kind)?.usualRole ?? 'target';

/** Names or addresses of the machines that one source of a profile will ask. Rejects with a SoakdError when nobody can tell. */
export async function samplerHosts(
  spec: SamplerSpec,
  plugins: readonly SamplerPlugin[],
  context: Pick<SamplerContext, 'targetUrl' | 'secret'>,
): Promise<string[]> {
  const { plugin, settings } = pluginOf(spec, plugins);
  try {
    return (await plugin.hosts?.(settings, context)) ?? [];
  } catch (cause) {
    if (cause instanceof SoakdError) throw cause;
    throw new SoakdError(`whom the sampler ${spec.name} asks cannot be told`, {
      code: 'sampler_settings',
      hint: 'check its address, and the resolver of the machine where soakd runs',
      httpStatus: 422,
      cause,
    });
  }
}

function pluginOf(
  spec: SamplerSpec,
  plugins: readonly SamplerPlugin[],
): { plugin: SamplerPlugin; settings: z.output<SamplerPlugin['settings']> } {
  const plugin = plugins.find(({ kind }) => kind === spec.kind);
  if (plugin === undefined) {
    throw new SoakdError(`${spec.kind} is no kind of sampler`, {
      code: 'sampler_unknown',
      hint: `kinds: ${plugins.map(({ kind }) => kind).join(', ')}`,
    });
  }
  const settings = plugin.settings.safeParse(spec.settings);
  if (!settings.success) {
    // The profile was checked before: this one was stored by another version of soakd.
    const [issue] = settings.error.issues;
    throw new SoakdError(`the settings of ${spec.name} do not fit: ${issue?.path.join('.')} ${issue?.message}`, {
      code: 'sampler_settings',
      hint: 'check the profile: soakd validate',
    });
  }
  return { plugin, settings: settings.data };
}
