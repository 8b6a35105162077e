import type { SampleValues } from '../../model/sample.ts';
import { PackReader, PackWriter } from './packed.ts';

/** Samples of one series as one body, in the order given; several parts of an interval stay apart. Columns, not rows: like stands beside like. */
export function encodeSamples(samples: readonly SampleValues[]): Buffer {
  const out = new PackWriter();
  out.varint(samples.length);
  for (const { atMs } of samples) out.number(atMs);
  for (const { readings } of samples) out.number(readings);
  for (const { mean } of samples) out.number(mean);
  for (const { min } of samples) out.number(min);
  for (const { max } of samples) out.number(max);
  for (const { last } of samples) out.number(last);
  return out.pack(true);
}

export function decodeSamples(body: Buffer): SampleValues[] {
  const input = new PackReader(body);
  const atMs = input.list(() => input.present());
  const column = <T>(read: () => T): T[] => atMs.map(read);
  const readings = column(() => input.present());
  const [mean, min, max, last] = [0, 1, 2, 3].map(() => column(() => input.number()));
  return atMs.map((at, row) => ({
    atMs: at,
    min: min?.[row] ?? null,
    mean: mean?.[row] ?? null,
    max: max?.[row] ?? null,
    last: last?.[row] ?? null,
    readings: readings[row] ?? 0,
  }));
}
