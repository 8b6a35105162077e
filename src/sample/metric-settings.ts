/** Settings that the two Prometheus kinds share. */
import { z } from 'zod';
import type { SeriesInfo } from '../model/sample.ts';
import { type MetricNature, UNITS } from './metric-nature.ts';

export const SERIES_NAME = /^[a-z][a-z0-9_]*$/;

export const seriesName = z.string().regex(SERIES_NAME, 'is not a name of small letters, digits and _');

/** What the name of a metric cannot tell may be set. */
export const natureSettings = {
  unit: z.enum(UNITS).describe('unit of the series; from the name of the metric without it').optional(),
  leak: z.boolean().describe('growth of this series is a leak; from the name of the metric without it').optional(),
  memory: z.boolean().describe('counts as memory of the target; from the name of the metric without it').optional(),
  collected: z
    .boolean()
    .describe('read after collections: its rise waits for no collector; from the name of the series without it')
    .optional(),
};

export const headers = z
  .record(z.string(), z.string())
  .describe('headers of the request; a value env:NAME comes from the environment')
  .default({});

interface Given {
  unit?: MetricNature['unit'] | undefined;
  leak?: boolean | undefined;
  memory?: boolean | undefined;
  collected?: boolean | undefined;
}

/** Nature by name, with what the profile says instead. A series of memory is a leak candidate unless told. */
export function withSettings(nature: MetricNature, given: Given): MetricNature & Pick<SeriesInfo, 'collected'> {
  const memory = given.memory ?? nature.memory;
  return {
    ...nature,
    unit: given.unit ?? nature.unit,
    memory,
    leakCandidate: given.leak ?? (given.memory === true ? true : nature.leakCandidate),
    ...(given.collected === undefined ? {} : { collected: given.collected }),
  };
}
