import { comparisonSchema } from '../../api/routes/past-schemas.ts';
import { isoTime } from '../../base/iso-time.ts';
import { compareStored } from '../../compare/compare-stored.ts';
import type { ComparedGroup, ComparedNumber, Judgement, RunComparison, RunSide } from '../../model/comparison.ts';
import { formatInterval, formatValue, significant } from '../../verdict/quantity.ts';
import { type CommandFile, example } from '../command.ts';
import { withStore } from '../stored.ts';
import { table } from '../table.ts';

/** Two runs of 72 h are read one after the other. */
const LIMIT_MS = 120_000;

/** `soakd compare RUN RUN`: what became worse, better, or stayed the same. */
export const compare: CommandFile = (program, context) => {
  const { io, globals, daemon } = context;
  program
    .command('compare')
    .description('two runs that are over, at like load: what became worse, better, or stayed the same')
    .argument('<before>', 'the earlier run')
    .argument('<after>', 'the later run, which is held against it')
    .option('--json', 'as JSON')
    .addHelpText('after', example('compare 20261114T120000Z-1c04 20261121T120000Z-3f9a'))
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const found =
        globals().url === null
          ? await withStore(context, (store) => compareStored(store, before, after))
          : await daemon().get(`/v1/compare?${new URLSearchParams({ a: before, b: after })}`, comparisonSchema, {
              limitMs: LIMIT_MS,
            });
      io.out(options.json ? `${JSON.stringify(found, null, 2)}\n` : `${comparisonText(found)}\n`);
    });
};

const ORDER: Judgement[] = ['worse', 'better', 'unknown', 'same'];
const GROUPS: Record<ComparedGroup, string> = {
  criterion: 'criterion',
  growth: 'growth',
  duration: 'duration',
  errors: 'errors',
  resource: 'resource',
};

/** The worse first; a sentence before that says what else than the build may be behind it. */
export function comparisonText({ before, after, differences, numbers }: RunComparison): string {
  const sorted = numbers.toSorted((a, b) => ORDER.indexOf(a.judgement) - ORDER.indexOf(b.judgement));
  const counts = ORDER.map(
    (judgement) => `${numbers.filter((one) => one.judgement === judgement).length} ${judgement}`,
  );
  return [
    `before  ${sideText(before)}`,
    `after   ${sideText(after)}`,
    ...(differences.length === 0
      ? []
      : [
          '',
          'Not comparable as they stand; what follows need not be the build:',
          ...differences.map((one) => `  - ${one}`),
        ]),
    '',
    counts.join(', '),
    '',
    table([['', 'what', 'name', 'before', 'after', 'change', '95 % interval'], ...sorted.map(cellsOf)]),
  ].join('\n');
}

const sideText = ({ runId, profile, build, startMs, outcome }: RunSide): string =>
  `${runId}  ${profile}, build ${build ?? 'not labelled'}, ${isoTime(startMs).slice(0, 16).replace('T', ' ')}, ${outcome}`;

function cellsOf({ group, name, unit, before, after, change, judgement, note }: ComparedNumber): string[] {
  const changeUnit = change?.by === 'percent' ? 'percent' : unit;
  const signed = (value: number): string =>
    `${value > 0 ? '+' : ''}${formatValue(value, changeUnit === 'percent' && change?.by === 'unit' ? 'points' : changeUnit)}`;
  return [
    judgement,
    GROUPS[group],
    name,
    formatValue(before, unit),
    formatValue(after, unit),
    change === null ? '–' : signed(change.estimate),
    change === null
      ? note
      : formatInterval(
          { low: rounded(change.low), high: rounded(change.high) },
          changeUnit === 'percent' && change.by === 'unit' ? 'points' : changeUnit,
        ),
  ];
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(significant(value)));
