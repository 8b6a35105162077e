import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../base/simulated-clock.ts';
import type { OwnAlertBook } from '../own-alerts.ts';
import type { ChannelHealth } from './channel-condition.ts';
import { ChannelTrouble } from './channel-trouble.ts';

const well: ChannelHealth = {
  ...{ channel: 'team', failingSinceMs: null, refusedSinceMs: null, lastError: null },
  ...{ delivered: 0, retried: 0, givenUp: 0 },
};

function rig() {
  const done: string[] = [];
  const clock = new SimulatedClock(0);
  const own: OwnAlertBook = {
    raised: async () => [{ channel: 'team' }, { channel: 'page' }],
    raise: async ({ name, labels, evidence }) => void done.push(`raise ${name} ${labels.channel}: ${evidence}`),
    resolve: async (name, labels) => void done.push(`resolve ${name} ${labels.channel}`),
  };
  return { done, clock, trouble: new ChannelTrouble(own, clock, () => undefined) };
}

describe('trouble with a channel', () => {
  it('is an alert once it has lasted, and over with the next message that arrives', async () => {
    const { done, clock, trouble } = rig();
    const failing = { ...well, failingSinceMs: 0, lastError: 'answers 503' };
    trouble.hear(failing);
    await clock.advance(299_000);
    trouble.hear(failing);
    expect(done).toEqual([]);
    await clock.advance(1_000);
    trouble.hear(failing);
    trouble.hear(well);
    trouble.hear(well);
    expect(done).toEqual([
      'raise ChannelFails team: the channel team delivers nothing: answers 503',
      'resolve ChannelFails team',
    ]);
  });

  it('that a daemon before this one told of is over with the first message that arrives', () => {
    const { done, trouble } = rig();
    trouble.hear({ ...well, delivered: 1 });
    expect(done).toEqual(['resolve ChannelFails team']);
  });

  it('is an alert at once where the receiver refuses for good', () => {
    const { done, trouble } = rig();
    trouble.hear({ ...well, refusedSinceMs: 0, givenUp: 1, lastError: 'answers 404: no_service' });
    expect(done).toEqual([
      'raise ChannelFails team: the channel team refuses a notification for good: answers 404: no_service',
    ]);
  });

  it('is over when the channel is no longer configured', async () => {
    const { done, trouble } = rig();
    await trouble.keep(['page', 'mail']);
    expect(done).toEqual(['resolve ChannelFails team']);
  });
});
