import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { svgOf } from './pictures/chart.ts';
import { scenes } from './pictures/scenes.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');

describe('pictures of docs/detection.md', () => {
  it('are drawn from a run, as well-formed SVG that is small and needs nothing from elsewhere', () => {
    const svg = svgOf(scenes.step?.() ?? { title: '', hours: 1, panels: [] });

    const elements: string[] = [];
    const parser = new SaxesParser();
    parser.on('opentag', ({ name }) => elements.push(name));
    parser.write(svg).close();

    expect(elements).toContain('svg');
    expect(elements.filter((name) => name === 'path').length).toBeGreaterThan(5);
    expect(svg.length).toBeLessThan(30_000);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<image|@font-face|href/);
    expect(svg).toMatch(/stable/);
  });

  it('are all there, and all shown on the page', () => {
    const page = readFileSync(join(docs, 'detection.md'), 'utf8');
    const onPage = [...page.matchAll(/\(images\/([^)]+)\.svg\)/g)].map(([, name]) => name);

    expect(onPage.toSorted()).toEqual(Object.keys(scenes).toSorted());
    for (const name of onPage) expect(existsSync(join(docs, 'images', `${name}.svg`)), name).toBe(true);
  });
});
