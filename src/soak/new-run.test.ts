import { describe, expect, it } from 'vitest';
import { seedProfile } from '../../tests/support/profile.ts';
import { START_MS } from '../../tests/support/simulated-staging.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { defaultSettings } from './context.ts';
import { newRun } from './new-run.ts';

const wanted = (targetUrl: string) =>
  newRun({ profileSource: '', profileName: 'soak.yaml', targetUrl, who: 'ana@build' }, seedProfile(), {
    clock: new SimulatedClock(START_MS),
    random: () => 0.5,
    settings: defaultSettings,
    soakdVersion: 'test',
  });

describe('a new run', () => {
  it('keeps the address of its target as a profile would', () => {
    expect(wanted('http://Staging.Example:8080/shop/').targetUrl).toBe('http://staging.example:8080/shop');
  });

  it('is not made for an address that is none, or that carries a password, which is not told either', () => {
    for (const address of [
      'staging.example',
      'ftp://ana:hunter2@staging.example',
      'http://ana:hunter2@staging.example',
    ]) {
      expect(() => wanted(address)).toThrow(expect.objectContaining({ code: 'target_invalid', exitCode: 2 }));
      expect(() => wanted(address)).not.toThrow('hunter2');
    }
  });
});
