/**
 * How often growth and drift are called where there is none, and how often they are found where there is some.
 * `npx node bench/detection.ts [seeds]`: all traces are seeded, so the figures repeat.
 */
import { parseArgs } from 'node:util';
import { driftOf } from '../src/detect/drift.ts';
import { growthOf } from '../src/detect/growth.ts';
import { DISTURBANCES, durationTrace, memoryTrace } from '../tests/support/traces.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const seeds = Number(positionals[0] ?? 200);
const GROWTH_ALPHA = 0.05;
const DRIFT_ALPHA = 0.01;
const LIMIT_PERCENT = 5;
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const soaks = [
  { name: '24 h', hours: 24, stepMinutes: 1 },
  { name: '72 h', hours: 72, stepMinutes: 1 },
  { name: '72 h rehearsed in 4 min', hours: 72, stepMinutes: 18 },
];
for (const { name, hours, stepMinutes } of soaks) {
  console.log(`\nmemory, ${name}, ${seeds} seeds each: called growing above ${LIMIT_PERCENT} % a day (growing at all)`);
  for (const [disturbance, byRequests] of [
    ...DISTURBANCES.map((one) => [one, false] as const),
    ['plain', true] as const,
  ]) {
    const cells = [0, 2, 5, 10, 30].map((leakPercentPerDay) => {
      let failed = 0;
      let growing = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const growth = growthOf(
          memoryTrace({
            seed: seed + 100_000 * leakPercentPerDay,
            hours,
            disturbance,
            leakPercentPerDay,
            byRequests,
            stepMinutes,
          }),
        );
        const { per24h, startLevel, pValue } = growth;
        if (per24h === null || startLevel === null || pValue === null) continue;
        const proven = growth.finding === 'growing' && pValue <= GROWTH_ALPHA;
        const rate = (100 * per24h) / startLevel;
        if (proven) growing++;
        if (proven && rate >= LIMIT_PERCENT) failed++;
      }
      return `${leakPercentPerDay} %: ${percent(failed, seeds)} (${percent(growing, seeds)})`;
    });
    console.log(`  ${(byRequests ? `${disturbance}, by request` : disturbance).padEnd(18)} ${cells.join('   ')}`);
  }
}

for (const ratePerMinute of [30, 300]) {
  console.log(`\ndurations, 72 h at ${ratePerMinute} requests a minute: called degrading`);
  const cells = [0, 10, 20, 40].map((driftPercent) => {
    let found = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const drift = driftOf(
        durationTrace({ seed: seed + 100_000 * driftPercent, hours: 72, driftPercent, ratePerMinute }),
      );
      if (drift.finding === 'degrading' && (drift.pValue ?? 1) <= DRIFT_ALPHA) found++;
    }
    return `${driftPercent} %: ${percent(found, seeds)}`;
  });
  console.log(`  ${cells.join('   ')}`);
}
