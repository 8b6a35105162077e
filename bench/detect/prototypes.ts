/** The two research prototypes as detectors, from the folder that holds them. They are not part of this repository. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Detector, SeriesJudgement } from './detector.ts';
import type { Trace } from './trace.ts';

/** Hours of the run become seconds of some epoch. */
const EPOCH_S = 1_700_000_000;

const growth = z.object({ estimate: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
const answer = z.object({
  series: z.array(
    z.object({
      name: z.string(),
      verdict: z.string(),
      growthPercentPer24h: growth.nullable(),
      firstCalledAt: z.string().nullable(),
    }),
  ),
});

type Analyse = (input: unknown, ...rest: unknown[]) => unknown;
const callable = z.custom<Analyse>((value) => typeof value === 'function');

export async function prototypeDetectors(folder: string): Promise<Detector[]> {
  const regression = z.object({ analyze: callable }).parse(await moduleIn(folder, 'regression', 'analyze.ts'));
  const learned = z
    .object({ analyze: callable, loadConfig: callable })
    .parse(await moduleIn(folder, 'learned', 'detect.ts'));
  const configuration = learned.loadConfig(undefined);
  return [
    {
      name: 'prototype: regression',
      judge: (trace) =>
        judgements(
          regression.analyze({
            t: epochSeconds(trace),
            load: trace.loadRpm,
            series: trace.series.map(({ name, values }) => ({ name, y: values })),
          }),
          trace,
        ),
    },
    {
      name: 'prototype: learned',
      judge: (trace) =>
        judgements(
          learned.analyze(
            {
              t: epochSeconds(trace),
              load: trace.loadRpm,
              series: trace.series.map(({ name, values }) => ({ name, v: values })),
            },
            configuration,
            { replay: true },
          ),
          trace,
        ),
    },
  ];
}

async function moduleIn(...path: string[]): Promise<unknown> {
  return import(pathToFileURL(join(...path)).href);
}

function epochSeconds(trace: Trace): Float64Array {
  return trace.hours.map((hour) => EPOCH_S + Math.round(hour * 3600));
}

function judgements(raw: unknown, trace: Trace): SeriesJudgement[] {
  const said = new Map(answer.parse(raw).series.map((series) => [series.name, series]));
  return trace.series.map(({ name }) => {
    const one = said.get(name);
    if (one === undefined) throw new Error(`no answer for the series '${name}'`);
    const growthSaid = one.growthPercentPer24h;
    const percentPer24h =
      growthSaid === null || growthSaid.estimate === null || growthSaid.low === null || growthSaid.high === null
        ? null
        : { estimate: growthSaid.estimate, low: growthSaid.low, high: growthSaid.high };
    return {
      name,
      firstCalledHour: one.firstCalledAt === null ? null : (Date.parse(one.firstCalledAt) / 1000 - EPOCH_S) / 3600,
      calledAtEnd: one.verdict === 'leak' || one.verdict === 'drift',
      percentPer24h,
    };
  });
}
