import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { runSummarySchema } from '../../api/schemas.ts';
import { durationArgument, instantArgument, labelArgument } from '../arguments.ts';
import { type CommandFile, example } from '../command.ts';
import { badProfile, readProfile } from '../read-profile.ts';

interface StartOptions {
  target?: string;
  rehearse?: number;
  startAt?: number;
  label?: Record<string, string>;
  json?: boolean;
}

/** The daemon tries every sampler twice and waits for a slow target before it answers. */
const START_LIMIT_MS = 60_000;

/** `soakd start PROFILE`: a soak on a daemon; prints the run's id. */
export const start: CommandFile = (program, { io, daemon }) => {
  program
    .command('start')
    .description('start a soak on a daemon and print the id of the run')
    .argument('<profile>', "a file to send, or the name of one of the daemon's own profiles")
    .option('--target <url>', 'what to soak, as the daemon reaches it; overrules the profile')
    .option('--rehearse <duration>', 'compress the whole profile into this time', durationArgument)
    .option('--start-at <instant>', 'ISO 8601 instant to start at, with its zone', instantArgument)
    .option(
      '--label <key=value>',
      'kept with the run; may come again. Gates ask for `build`, retention spares what has `keep`',
      labelArgument,
    )
    .option('--json', 'the run as JSON')
    .addHelpText(
      'after',
      example(
        'start weekly --label build=1.4.2',
        'start loadprofiles/soak-72h.yaml --target http://shop.staging.example:8080',
      ),
    )
    .action(async (file: string, options: StartOptions) => {
      const client = daemon();
      const run = await client.post('/v1/runs', runSummarySchema, {
        limitMs: START_LIMIT_MS,
        headers: { 'idempotency-key': randomUUID() },
        body: {
          ...wanted(file, io.cwd, options.target),
          targetUrl: options.target,
          rehearseMs: options.rehearse,
          startAtMs: options.startAt,
          labels: options.label,
          who: io.who,
        },
      });
      io.out(options.json ? `${JSON.stringify(run, null, 2)}\n` : `${run.id}\n`);
      io.say(`soaking ${run.targetUrl}; \`soakd status --watch\` shows how it goes\n`);
    });
};

/** A word that is no file here is a name on the daemon; what looks like a file is meant as one. */
function wanted(word: string, cwd: string, target: string | undefined): object {
  const isName = /^[A-Za-z0-9][\w-]*$/.test(word) && !existsSync(resolve(cwd, word));
  if (isName) return { profile: word };
  const read = readProfile(word, cwd, target);
  if (!read.ok) throw badProfile(read.problems);
  return { profileSource: read.source, profileName: resolve(cwd, word) };
}
