/** Every kind of source that a profile may name. A new one is a file in `sources/` and a line here. */
import type { z } from 'zod';
import type { SamplerPlugin } from './sampler.ts';
import { httpSource } from './sources/http.ts';
import { processSource } from './sources/process.ts';
import { prometheusSource } from './sources/prometheus.ts';

export const samplerPlugins: readonly SamplerPlugin[] = [processSource, prometheusSource, httpSource];

/** Schemas of the settings, by kind: what the profile is checked against. */
export const samplerSchemas: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  samplerPlugins.map(({ kind, settings }) => [kind, settings]),
);
