import { InvalidArgumentError } from 'commander';
import { alertPageSchema, silenceSchema, silencesSchema } from '../../api/alert-schemas.ts';
import { formatDuration } from '../../base/duration.ts';
import { silencesText } from '../alert-text.ts';
import { durationArgument, instantArgument } from '../arguments.ts';
import { type CommandFile, example } from '../command.ts';
import { silenceWarning } from '../silence-warning.ts';

interface AddOptions {
  for: number;
  from?: number;
  why: string;
  json?: boolean;
}

/** `soakd silence add|list|end`: nothing is told of what fits, for a while; it is recorded all the same. */
export const silence: CommandFile = (program, { io, clock, daemon }) => {
  const command = program
    .command('silence')
    .description('tell nothing of alerts whose labels fit, for a while')
    .addHelpText(
      'after',
      example('silence add alertname=HighCPU --for 2h --why "index is rebuilt"', 'silence list', 'silence end SILENCE'),
    );

  command
    .command('add')
    .description('from now on, or from later')
    .argument('<label=value...>', 'all must fit; a value may hold *', matcher)
    .requiredOption('--for <duration>', 'so long, at most 30 days', silenceLength)
    .requiredOption('--why <text>', 'for those who wonder')
    .option('--from <instant>', 'begins then, ISO 8601 with a zone', instantArgument)
    .option('--json', 'the silence as JSON')
    .addHelpText('after', example('silence add run=20261121T120000Z-3f9a severity=warning --for 30m --why "deploy"'))
    .action(async (matchers: Record<string, string>, options: AddOptions) => {
      const { for: forMs, from: fromMs, why: comment, json } = options;
      const body = { matchers, forMs, comment, who: io.who, ...(fromMs === undefined ? {} : { fromMs }) };
      const made = await daemon().post('/v1/silences', silenceSchema, { body });
      if (json) io.out(`${JSON.stringify(made, null, 2)}\n`);
      else io.say(`silence ${made.id}: ${formatDuration(made.untilMs - made.fromMs)}\n`);
      // The silence is made: what only helps must not make the command fail.
      const page = await daemon()
        .get('/v1/alerts?all=true&limit=500', alertPageSchema)
        .catch(() => null);
      const warning = page === null ? null : silenceWarning(matchers, page.alerts);
      if (warning !== null) io.say(`warning: ${warning}\n`);
    });

  command
    .command('list')
    .description('silences that hold now or will')
    .option('--all', 'those that are over too')
    .option('--json', 'as JSON')
    .addHelpText('after', example('silence list --all'))
    .action(async ({ all, json }: { all?: true; json?: boolean }) => {
      const answer = await daemon().get(`/v1/silences${all ? '?all=true' : ''}`, silencesSchema);
      if (json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
      else if (answer.silences.length === 0) io.say('no silence holds\n');
      else io.out(`${silencesText(answer.silences, clock.now())}\n`);
    });

  command
    .command('end')
    .description('end a silence now: what fires is told from here on')
    .argument('<silence>', 'id, as `soakd silence list` lists it')
    .option('--json', 'the silence as JSON')
    .addHelpText('after', example('silence end 20261121T120000Z-0a1b2c'))
    .action(async (id: string, { json }: { json?: boolean }) => {
      const path = `/v1/silences/${encodeURIComponent(id)}/end`;
      const ended = await daemon().post(path, silenceSchema, { body: { who: io.who } });
      if (json) io.out(`${JSON.stringify(ended, null, 2)}\n`);
      else io.say(`silence ${id} is over\n`);
    });
};

const LONGEST_SILENCE_MS = 30 * 86_400_000;

function silenceLength(text: string): number {
  const ms = durationArgument(text);
  if (ms > LONGEST_SILENCE_MS) throw new InvalidArgumentError('30d at most');
  return ms;
}

/** Collects `label=value` after `label=value`. */
function matcher(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const [, label, value] = /^([a-zA-Z_][a-zA-Z0-9_]*)=(.+)$/s.exec(text) ?? [];
  if (label === undefined || value === undefined)
    throw new InvalidArgumentError('write label=value, for example alertname=HighCPU');
  return { ...before, [label]: value };
}
