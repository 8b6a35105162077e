import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ChartedSeries, seriesChart } from './series-chart.ts';

const rising: ChartedSeries = {
  hours: Float64Array.from({ length: 160 }, (_, at) => at / 10),
  values: Float64Array.from({ length: 160 }, (_, at) => at),
  spanHours: 16,
  trend: null,
  marks: [],
};
const options = { width: 24, height: 4, format: (value: number) => value.toFixed(0), paint: (text: string) => text };

describe('the chart of a series', () => {
  it('rises where the series rises, between its two ends', () => {
    expect(seriesChart(rising, options).join('\n')).toMatchInlineSnapshot(`
      "159 ┤              ⣀⣠⠤⠒⠋
          ┤         ⢀⣠⠴⠒⠋⠁
          ┤    ⢀⣠⠤⠒⠋⠁
        0 ┤⣠⠴⠒⠋⠁
          └───────────────────"
    `);
  });

  it('marks hours on its axis, the later of two in one place', () => {
    const marks = [
      { hour: 0, sign: '┴' },
      { hour: 15.9, sign: '┴' },
      { hour: 16, sign: '▲' },
    ];
    expect(seriesChart({ ...rising, marks }, options).at(-1)).toMatch(/└┴─+▲$/);
  });

  it('shows the trend where there are no dots, and paints what it passes through', () => {
    const painted = seriesChart(
      { ...rising, trend: () => 0 },
      { ...options, paint: (text) => `\u001b[31m${text}\u001b[0m` },
    );
    expect(painted[0]).not.toContain('\u001b[');
    expect(stripVTControlCharacters(painted[3] ?? '')).toMatch(/·$/);
    expect(painted[3]).toContain('\u001b[31m');
  });

  it('is a line where nothing moves, and is not flattened by one spike', () => {
    const flat = seriesChart({ ...rising, values: rising.values.map(() => 5) }, options);
    expect(flat.filter((line) => /[\u2801-\u28ff]/.test(line))).toHaveLength(1);
    const hours = Float64Array.from({ length: 4000 }, (_, at) => at / 250);
    const spiky = { ...rising, hours, values: hours.map((hour, at) => (at === 2000 ? 1e6 : hour)) };
    expect(seriesChart(spiky, options)[0]?.trim()).toMatch(/^16 /);
  });
});
