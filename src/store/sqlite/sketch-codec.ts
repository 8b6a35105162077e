import type { Sketch } from '../../model/sketch.ts';
import type { SketchRow } from '../store.ts';
import { PackReader, PackWriter } from './packed.ts';
import { readOutcome } from './window-codec.ts';

/** Sketches as one body, in the order given. */
export function encodeSketches(rows: readonly SketchRow[], compress: boolean): Buffer {
  const out = new PackWriter();
  out.varint(rows.length);
  for (const { atMs, stepMs, scenario, name, outcome, durationsMs } of rows) {
    out.number(atMs);
    out.number(stepMs);
    for (const text of [scenario, name, outcome]) out.word(text);
    writeSketch(out, durationsMs);
  }
  return out.pack(compress);
}

export function decodeSketches(body: Buffer): SketchRow[] {
  const input = new PackReader(body);
  return input.list(() => ({
    atMs: input.present(),
    stepMs: input.present(),
    scenario: input.word(),
    name: input.word(),
    outcome: readOutcome(input),
    durationsMs: readSketch(input),
  }));
}

function writeSketch(out: PackWriter, { count, zeros, negatives, sum, min, max, firstIndex, bins }: Sketch): void {
  for (const value of [count, zeros, negatives, sum, min, max]) out.number(value);
  out.zigzag(firstIndex);
  out.varint(bins.length);
  // Bins are dense around the median and lonely in the tail: a zero is followed by the number of zeros.
  for (let at = 0; at < bins.length; ) {
    const weight = bins[at] ?? 0;
    let next = at + 1;
    if (weight === 0) while (next < bins.length && bins[next] === 0) next++;
    out.number(weight);
    if (weight === 0) out.varint(next - at);
    at = next;
  }
}

function readSketch(input: PackReader): Sketch {
  const count = input.present();
  const zeros = input.present();
  const negatives = input.present();
  const sum = input.present();
  const min = input.number();
  const max = input.number();
  const firstIndex = input.zigzag();
  const length = input.varint();
  const bins: number[] = [];
  while (bins.length < length) {
    const weight = input.present();
    const times = weight === 0 ? input.varint() : 1;
    for (let time = 0; time < times; time++) bins.push(weight);
  }
  return { count, zeros, negatives, sum, min, max, firstIndex, bins };
}
