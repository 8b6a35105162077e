import { styleText } from 'node:util';
import { EXIT } from '../../base/errors.ts';
import { preflightPorts } from '../../daemon/preflight-ports.ts';
import { makeDataFolder, secretFrom, storeFileIn } from '../../daemon/wire.ts';
import { k6BinaryPath } from '../../load/k6-binary.ts';
import type { Check, CheckStatus } from '../../soak/checks/check.ts';
import { type PreflightOrder, preflight } from '../../soak/preflight.ts';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { badProfile, readProfile } from '../read-profile.ts';

/** `soakd doctor [PROFILE]`: is everything right for a run, and what to do where it is not. */
export const doctor: CommandFile = (program, context) => {
  const { io, clock, globals, exitWith } = context;
  program
    .command('doctor')
    .description('check k6, store, disk, clock and, with a profile, target and every sampler; what to do if one fails')
    .argument('[profile]', 'profile that is to be run')
    .option('--target <url>', 'what to soak; overrules the profile')
    .option('--json', 'as JSON')
    .addHelpText('after', example('doctor', 'doctor my-service.yaml --target http://127.0.0.1:3000'))
    .action(async (file: string | undefined, options: { target?: string; json?: boolean }) => {
      const order = file === undefined ? null : orderOf(context, file, options.target);
      const dataFolder = globals().data;
      makeDataFolder(dataFolder);
      const ports = preflightPorts({
        clock,
        dataFolder,
        k6: k6BinaryPath(io.env, io.system.root),
        secret: secretFrom(io.env),
        env: io.env,
        store: async () => {
          const store = await openSqliteStore({ file: storeFileIn(dataFolder), clock });
          try {
            return `${store.file} can be opened, ${(await store.runs()).length} runs`;
          } finally {
            await store.close();
          }
        },
      });
      const stop = new AbortController();
      const release = io.onInterrupt((signal) => stop.abort(new Error(`stopped by ${signal}`)));
      const checks = await preflight(ports, order, stop.signal).finally(release);
      const ready = checks.every(({ status }) => status !== 'failed');
      if (options.json) io.out(`${JSON.stringify({ ready, checks }, null, 2)}\n`);
      else io.out(`${checks.map((check) => lineOf(check, io.colour)).join('\n')}\n`);
      if (order !== null && order.targetUrl === null)
        io.say('no target is named: --target URL has it and its samplers checked\n');
      exitWith(ready ? EXIT.passed : EXIT.cannotRun);
    });
};

function orderOf({ io, clock }: CommandContext, file: string, targetUrl: string | undefined): PreflightOrder {
  const read = readProfile(file, io.cwd, targetUrl);
  if (!read.ok) throw badProfile(read.problems);
  return { profile: read.profile, targetUrl: read.profile.targetUrl, startMs: clock.now(), compression: 1 };
}

const MARKS: Record<CheckStatus, string> = { ok: '✔', warning: '!', failed: '✘' };
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red' } as const;

function lineOf({ subject, status, finding, hint }: Check, colour: boolean): string {
  const mark = colour ? styleText(COLOURS[status], MARKS[status], { validateStream: false }) : MARKS[status];
  return `${mark} ${subject}: ${finding}${hint === null ? '' : `\n    hint: ${hint}`}`;
}
