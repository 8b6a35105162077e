import { historySchema } from '../../api/routes/past-schemas.ts';
import { isoTime } from '../../base/iso-time.ts';
import { HISTORY_METRICS, type History, historyOf } from '../../compare/history.ts';
import type { RunOrderTrend } from '../../compare/trend-over-runs.ts';
import { formatDuration, formatValue, significant } from '../../verdict/quantity.ts';
import { wholeArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { withStore } from '../stored.ts';
import { table } from '../table.ts';

interface HistoryOptions {
  profile: string;
  last: number;
  json?: boolean;
}

/** `soakd history`: the last runs of a profile, and where their numbers go. */
export const history: CommandFile = (program, context) => {
  const { io } = context;
  program
    .command('history')
    .description('the last runs of a profile, and where growth, P95, errors and MTTR go from run to run')
    .requiredOption('--profile <name>', 'name of the profile: `soak_test.name`')
    .option('--last <count>', 'so many runs', wholeArgument(1, 200), 20)
    .option('--json', 'as JSON')
    .addHelpText('after', example('history --profile "orders, 24 hours" --last 10'))
    .action(async (options: HistoryOptions) => {
      const found = await ask(options, context);
      if (options.json) io.out(`${JSON.stringify(found, null, 2)}\n`);
      else if (found.runs.length === 0)
        io.say(`no run of profile "${options.profile}" is over; rehearsals do not count\n`);
      else io.out(`${historyText(found)}\n`);
    });
};

const ask = ({ profile, last }: HistoryOptions, context: CommandContext): Promise<History> =>
  context.globals().url === null
    ? withStore(context, (store) => historyOf(store, { profile, last }))
    : context.daemon().get(`/v1/history?${new URLSearchParams({ profile, last: String(last) })}`, historySchema);

/** One line a run, oldest first, and a sentence a number. */
export function historyText({ runs, trends }: History): string {
  const head = ['run', 'start', 'build', 'outcome', 'judged', ...HISTORY_METRICS.map(({ name }) => name)];
  const rows = runs.map(({ runId, startMs, build, outcome, judgedMs, values }) => [
    runId,
    isoTime(startMs).slice(0, 16).replace('T', ' '),
    build ?? '–',
    outcome,
    formatDuration(judgedMs),
    ...HISTORY_METRICS.map(({ id, unit }) => formatValue(values[id], unit)),
  ]);
  const sentences = HISTORY_METRICS.map(({ id, name, unit }) => `${name}: ${sentenceOf(trends[id], unit)}`);
  return [table([head, ...rows]), '', ...sentences].join('\n');
}

function sentenceOf({ direction, runs, perRun, probability }: RunOrderTrend, unit: string): string {
  if (direction === 'too_few') return `${runs} runs with a value are too few for a trend: five are needed`;
  const chance =
    probability === null ? '' : `; such an order has a chance of ${significant(100 * probability, 2)} % without one`;
  if (direction === 'none') return `no trend over ${runs} runs${chance}`;
  return `${direction} by ${formatValue(perRun === null ? null : Math.abs(perRun), unit)} a run over ${runs} runs${chance}`;
}
