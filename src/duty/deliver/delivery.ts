/** Takes what waits in the outbox to whom it is for: one loop a channel, so that a dead one delays no other. */
import { type Clock, deadline } from '../../base/clock.ts';
import { describeError, EXIT, SoakdError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Random } from '../../base/random.ts';
import type { Channel, ChannelContext } from '../../notify/channel.ts';
import type { NotifyConfig } from '../../notify/config.ts';
import { testBody } from '../../notify/messages.ts';
import { openChannel, pluginOf } from '../../notify/registry.ts';
import type { DutyStore } from '../../store/duty-store.ts';
import type { ChannelHealth, DeliveryLog } from './channel-condition.ts';
import { ChannelLoop, messageId } from './channel-loop.ts';
import { standingAlerts } from './standing-alerts.ts';

export interface DeliveryPorts {
  duty: DutyStore;
  clock: Clock;
  random: Random;
  log: DeliveryLog;
  host: string;
  /** Told when a channel begins to fail, fails again, gives something up, or delivers again. */
  onHealth?: (health: ChannelHealth) => void;
}

/** What became of a test message. */
export interface TestResult {
  channel: string;
  kind: string;
  delivered: boolean;
  /** Why not; null when it was. */
  reason: string | null;
  tookMs: number;
}

export interface Delivery {
  /** Something was put into the outbox. */
  ring(): void;
  health(): ChannelHealth[];
  /** Channels whose loop ended although nobody told it to: a fault of ours. */
  ended(): string[];
  /** Sends a test message past the outbox to one channel, or to all; never rejects for a channel that fails. */
  test(channel: string | null): Promise<TestResult[]>;
  /** Ends the loops. What is under way may end; the rest waits in the outbox for the next start. Idempotent. */
  stop(): Promise<void>;
}

const GRACE_MS = 5_000;
const TEST_LIMIT_MS = 15_000;

/** Opens every channel of the configuration; nothing runs yet. Throws a SoakdError for a secret that is missing. */
export function openChannels(config: NotifyConfig, ports: Omit<ChannelContext, 'publicUrl'>): Map<string, Channel> {
  const context: ChannelContext = { ...ports, publicUrl: config.publicUrl };
  return new Map(Object.entries(config.channels).map(([name, settings]) => [name, openChannel(settings, context)]));
}

/** Begins to deliver through channels that `openChannels` opened for the same configuration. */
export function startDelivery(
  config: NotifyConfig,
  channels: ReadonlyMap<string, Channel>,
  ports: DeliveryPorts,
): Delivery {
  const { duty, clock, random, log, onHealth = () => undefined } = ports;
  const stopping = new AbortController();
  const loops = [...channels].map(([name, channel]) => {
    const settings = config.channels[name];
    if (settings === undefined) throw new Error(`no settings of ${name}`);
    const plugin = pluginOf(settings.kind);
    const everyMs = plugin.resendMs?.(settings) ?? null;
    return new ChannelLoop({
      ...{ name, channel, duty, clock, random, log },
      forPeople: plugin.forPeople,
      groupIntervalMs: config.groupIntervalMs,
      giveUpAfterMs: config.giveUpAfterMs,
      resend: everyMs === null ? null : { everyMs, body: () => standingAlerts(name, config, duty, clock.now()) },
      onHealth,
    });
  });
  const ended: string[] = [];
  const running = Promise.all(
    loops.map(async (loop) => {
      try {
        await loop.run(stopping.signal, GRACE_MS);
      } catch (thrown) {
        const { channel } = loop.health();
        ended.push(channel);
        log.error({ channel, reason: describeError(thrown) }, 'nobody delivers by this channel any more');
      }
    }),
  );
  warnOfOrphans(config, duty, log);
  let stopped: Promise<void> | null = null;
  return {
    ring: () => {
      for (const loop of loops) loop.ring();
    },
    ended: () => [...ended],
    health: () => loops.map((loop) => loop.health()),
    test: (channel) => testChannels(config, channels, ports, channel),
    stop: () => {
      stopped ??= (async () => {
        stopping.abort();
        await running;
        for (const channel of channels.values()) await channel.close?.();
      })();
      return stopped;
    },
  };
}

/** A test message to one channel, or to all, past the outbox. */
export async function testChannels(
  config: NotifyConfig,
  channels: ReadonlyMap<string, Channel>,
  { clock, host }: Pick<DeliveryPorts, 'clock' | 'host'>,
  only: string | null,
): Promise<TestResult[]> {
  const names = [...channels.keys()];
  if (only !== null && !names.includes(only)) {
    const like = nearest(only, names);
    const all = names.length === 0 ? 'none is configured' : `there are ${names.join(', ')}`;
    throw new SoakdError(`no channel is named ${only}`, {
      code: 'channel_unknown',
      hint: like === null ? all : `did you mean ${like}?`,
      exitCode: EXIT.badInput,
      httpStatus: 404,
    });
  }
  // A channel that only marks commits has nothing to say in a test.
  const canTest = (name: string): boolean => pluginOf(config.channels[name]?.kind ?? '').takes.includes('test');
  if (only !== null && !canTest(only)) throw untestable(only);
  const wanted = [...channels].filter(([name]) => (only === null ? canTest(name) : name === only));
  return Promise.all(
    wanted.map(async ([name, channel]): Promise<TestResult> => {
      const kind = config.channels[name]?.kind ?? '';
      const startedMs = clock.monotonicMs();
      const createdMs = clock.now();
      const limit = deadline(clock, TEST_LIMIT_MS);
      const done = (reason: string | null): TestResult => ({
        ...{ channel: name, kind, delivered: reason === null, reason },
        tookMs: Math.round(clock.monotonicMs() - startedMs),
      });
      try {
        const id = messageId(['test', name, String(createdMs)]);
        await channel.send({ id, createdMs, body: testBody(name, config.publicUrl, host) }, limit.signal);
        return done(null);
      } catch (thrown) {
        return done(describeError(thrown));
      } finally {
        limit.clear();
      }
    }),
  );
}

const untestable = (channel: string): SoakdError =>
  new SoakdError(`${channel} takes no test message`, {
    code: 'channel_untestable',
    hint: 'it tells of the end of a run only: a rehearsal shows that one is told',
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });

/** Rows of a channel that was renamed or taken out wait for it to come back; somebody should know. */
function warnOfOrphans({ channels }: NotifyConfig, duty: DutyStore, log: DeliveryLog): void {
  duty.outboxSizes().then(
    (sizes) => {
      const orphans = Object.entries(sizes).filter(([name]) => channels[name] === undefined);
      if (orphans.length > 0)
        log.warn({ waiting: Object.fromEntries(orphans) }, 'notifications wait for channels that are not configured');
    },
    () => undefined,
  );
}
