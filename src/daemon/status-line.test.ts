import { describe, expect, it } from 'vitest';
import { weeklySoak } from '../../tests/support/api-rig.ts';
import { begin, HOUR_MS, SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { statusLine } from './status-line.ts';

describe('the line of status', () => {
  it('says how a soak goes', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const run = await begin(soaks, weeklySoak);
    await staging.clock.advance(3 * HOUR_MS);
    const line = statusLine(
      soaks.live().flatMap((id) => soaks.status(id) ?? []),
      [],
    );
    expect(line).toMatch(/^weekly: running, 21 h .*left, 60\/min served of 60\/min, p95 \d+ ms, errors 0 %$/);
    await soaks.act(run.id, { kind: 'stop', who: 'ana' });
  });

  it('says first what is not well', () => {
    expect(statusLine([], ['the store does not answer'])).toBe('NOT WELL: the store does not answer | no soak at work');
  });
});
