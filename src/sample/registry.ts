/** Every kind of source that a profile may name. A new one is a file in `sources/` and a line here. */
import type { z } from 'zod';
import type { SamplerPlugin } from './sampler.ts';
import { cgroupSource } from './sources/cgroup.ts';
import { httpSource } from './sources/http.ts';
import { mongodbSource } from './sources/mongodb.ts';
import { processSource } from './sources/process.ts';
import { prometheusSource } from './sources/prometheus.ts';
import { prometheusQuerySource } from './sources/prometheus-query.ts';
import { redisSource } from './sources/redis.ts';

export const samplerPlugins: readonly SamplerPlugin[] = [
  processSource,
  cgroupSource,
  redisSource,
  mongodbSource,
  prometheusSource,
  prometheusQuerySource,
  httpSource,
];

/** Schemas of the settings, by kind: what the profile is checked against. */
export const samplerSchemas: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  samplerPlugins.map(({ kind, settings }) => [kind, settings]),
);
