import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { notificationsSchema, testedSchema } from '../../api/routes/notifications.ts';
import { EXIT } from '../../base/errors.ts';
import type { TestResult } from '../../duty/deliver/delivery.ts';
import { instant } from '../../notify/instant.ts';
import { wholeArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { table } from '../table.ts';

/** `soakd notify test`, `soakd notify list`: can the channels be reached, and what became of what was told. */
export const notify: CommandFile = (program, context) => {
  const { io, daemon, exitWith } = context;
  const command = program
    .command('notify')
    .description('the channels that people are told by: a test, and the outbox')
    .addHelpText('after', example('notify test', 'notify test oncall', 'notify list --state waiting'));

  command
    .command('test')
    .description('send a test message by one channel, or by all; 1 when one did not take it')
    .argument('[channel]', 'its name in the configuration; all when left out')
    .option('--config <file>', 'without a daemon: the channels of this configuration')
    .option('--json', 'as JSON')
    .action(async (channel: string | undefined, options: { config?: string; json?: boolean }) => {
      const results =
        options.config === undefined
          ? (
              await daemon().post('/v1/notifications/test', testedSchema, {
                body: channel === undefined ? {} : { channel },
                limitMs: TEST_MS,
              })
            ).results
          : await testHere(context, options.config, channel ?? null);
      if (options.json) io.out(`${JSON.stringify({ results }, null, 2)}\n`);
      else if (results.length === 0) io.say('no channel is configured: see notify.channels in docs/notifications.md\n');
      else io.out(`${table([['channel', 'kind', 'result', 'took'], ...results.map(resultCells)])}\n`);
      exitWith(results.every(({ delivered }) => delivered) ? EXIT.passed : EXIT.failed);
    });

  command
    .command('list')
    .description('the outbox of the daemon, newest first: what waits, was delivered, was given up')
    .option('--state <state>', 'only waiting, delivered or given_up')
    .option('--run <run>', 'only of this run')
    .option('--limit <count>', 'at most so many', wholeArgument(1, 500), 50)
    .option('--json', 'as JSON')
    .action(async (options: { state?: string; run?: string; limit: number; json?: boolean }) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      if (options.state !== undefined) query.set('state', options.state);
      if (options.run !== undefined) query.set('run', options.run);
      const answer = await daemon().get(`/v1/notifications?${query}`, notificationsSchema);
      if (options.json) {
        io.out(`${JSON.stringify(answer, null, 2)}\n`);
        return;
      }
      const { channels, heartbeat, waiting, notifications } = answer;
      for (const { channel, failingSinceMs, lastError } of channels) {
        if (failingSinceMs === null) continue;
        io.say(`${channel} does not deliver since ${instant(failingSinceMs)}: ${lastError ?? ''}\n`);
      }
      for (const [channel, rows] of Object.entries(waiting)) io.say(`${rows} wait for ${channel}\n`);
      if (heartbeat.problem !== null) io.say(`the heartbeat is not heard: ${heartbeat.problem}\n`);
      if (notifications.length === 0) io.say('nothing was told\n');
      else io.out(`${table([['when', 'channel', 'state', 'tries', 'message'], ...notifications.map(rowCells)])}\n`);
    });
};

/** A channel may take 15 s, all at once. */
const TEST_MS = 30_000;

async function testHere({ io, clock }: CommandContext, file: string, channel: string | null): Promise<TestResult[]> {
  // Imported when used: no other command needs them.
  const { readConfigFile } = await import('../../daemon/config-file.ts');
  const { configSecrets } = await import('../../daemon/config-secrets.ts');
  const { openChannels, testChannels } = await import('../../duty/deliver/delivery.ts');
  const { notify: config } = readConfigFile(resolve(io.cwd, file));
  const ports = { clock, host: hostname(), secret: configSecrets(io.env, () => undefined) };
  const channels = openChannels(config, ports);
  return testChannels(config, channels, ports, channel);
}

const resultCells = ({ channel, kind, delivered, reason, tookMs }: TestResult): string[] => [
  channel,
  kind,
  delivered ? 'delivered' : (reason ?? 'failed'),
  `${tookMs} ms`,
];

type Row = ReturnType<typeof notificationsSchema.parse>['notifications'][number];

const rowCells = ({ createdMs, channel, state, attempts, title, lastError }: Row): string[] => [
  instant(createdMs),
  channel,
  state.replace('_', ' '),
  String(attempts),
  state === 'delivered' || lastError === null ? title : `${title} (${lastError})`,
];
