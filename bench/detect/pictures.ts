/**
 * The pictures of docs/detection.md: runs of the benchmark's families, and what the detectors say of them hour by hour. Same
 * families, same seeds, same pictures.
 *
 *     npx node bench/detect/pictures.ts            # all, into docs/images
 *     npx node bench/detect/pictures.ts step       # those whose names hold "step"
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgOf } from './pictures/chart.ts';
import { scenes } from './pictures/scenes.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'images');
const wanted = process.argv[2] ?? '';

mkdirSync(folder, { recursive: true });
for (const [name, draw] of Object.entries(scenes)) {
  if (!name.includes(wanted)) continue;
  const svg = svgOf(draw());
  writeFileSync(join(folder, `${name}.svg`), svg);
  console.log(`${name}.svg: ${(svg.length / 1000).toFixed(1)} kB`);
}
