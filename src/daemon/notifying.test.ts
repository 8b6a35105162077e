import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { seededRandom } from '../base/random.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { type DaemonConfig, readDaemonConfig } from './config.ts';
import { Notifying } from './notifying.ts';

const configOf = (source: string): DaemonConfig => {
  const read = readDaemonConfig(source, 'soakd.yaml');
  if (read.ok) return read.config;
  throw new Error(JSON.stringify(read.problems));
};

describe('a reload of the channels', () => {
  it('tells which there are afterwards, and nothing where all stay', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soakd-channels-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const withChannels = (...names: string[]): DaemonConfig =>
      configOf(
        `notify: { channels: { ${names.map((name) => `${name}: { kind: file, path: ${folder}/${name} }`).join(', ')} } }\n`,
      );
    const told: string[][] = [];
    const notifying = new Notifying(
      withChannels('team', 'page'),
      {
        ...{ duty: memoryDutyStore(), clock: new SimulatedClock(0), random: seededRandom(7), host: 'staging' },
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        onChannels: async (names) => void told.push([...names]),
      },
      (value) => value,
    );
    expect(await notifying.prepare(withChannels('team', 'page'))).toBeNull();
    const swap = await notifying.prepare(withChannels('page'));
    expect(told).toEqual([]);
    await swap?.();
    expect(told).toEqual([['page']]);
    await notifying.stop();
  });
});
