import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseAmount } from '../../base/byte-size.ts';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { quote } from '../../base/parsed.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { analyze as analyzeColumns } from '../../detect/columns/analyze.ts';
import { type Columns, LOAD_COLUMN } from '../../detect/columns/columns.ts';
import { type ColumnKind, type ColumnSettings, kindOfName } from '../../detect/columns/follow.ts';
import { readColumns } from '../../detect/columns/read-columns.ts';
import { analysisDocument } from '../analysis-document.ts';
import { analysisText } from '../analysis-text.ts';
import { type CommandFile, example } from '../command.ts';
import type { Io } from '../io.ts';

interface AnalyzeOptions {
  kind?: ReadonlyMap<string, ColumnKind>;
  limit?: ReadonlyMap<string, number>;
  json?: boolean;
}

const EXPLAINED = `
The first column is time (ISO 8601, UTC where no zone is written, or epoch seconds), load_rpm is the load in requests a
minute where it is known, every other column is a series: latency_* is tested for drift, the others for growth. An empty
cell is no sample. Samples may be 1 s to 15 min apart, and lie at irregular distances.

Exit codes:
  0  nothing found: every series that could be judged is stable
  1  a series leaks or drifts
  2  bad input; every problem as file:line:column column: problem; hint
  3  inconclusive: a series is suspect, or growing and too young to call, or not separable from the load; or no series has
     enough samples
`;

/** `soakd analyze FILE`: the detectors on anybody's numbers. */
export const analyze: CommandFile = (program, { io, exitWith }) => {
  program
    .command('analyze')
    .description('find leaks and drift in a CSV file of samples, without a run')
    .argument('<file>', 'CSV with a header: time, load_rpm where it is known, then a column a series; - is stdin')
    .option('--kind <name=kind>', 'judge a column as growth or drift, or ignore it; may be repeated', kindOption)
    .option('--limit <name=value>', 'where a series must end (512MiB, 100); may be repeated', limitOption)
    .option('--json', 'the findings as JSON')
    .addHelpText(
      'after',
      `${EXPLAINED}${example(
        'analyze samples.csv',
        'analyze samples.csv --kind queue_length=ignore --limit rss_bytes=512MiB --json',
        'analyze - < samples.csv',
      )}`,
    )
    .action(async (file: string, options: AnalyzeOptions) => {
      const name = file === '-' ? 'stdin' : file;
      const read = readColumns(await contentOf(file, io), name);
      if (!read.ok) throw badColumns(read.problems, read.unshown);
      for (const note of read.notes) io.say(`note: ${name}: ${note}\n`);
      const settings = settingsFor(read.columns, options);
      const analysis = analyzeColumns(read.columns, settings);
      if (options.json) io.out(`${JSON.stringify(analysisDocument(analysis), null, 2)}\n`);
      else io.out(`${analysisText(analysis, io)}\n`);
      exitWith(EXIT[analysis.verdict]);
    });
};

async function contentOf(file: string, io: Pick<Io, 'cwd' | 'readIn'>): Promise<Buffer> {
  if (file === '-') return await io.readIn();
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    const problem =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'that is a folder'
          : `cannot be read: ${thrown}`;
    throw badColumns([{ ...NO_PLACE, file, path: '', problem, hint: 'check the path' }], 0);
  }
}

/** The options, checked against the columns that are there. */
function settingsFor(
  { series, loadPerMinute }: Columns,
  { kind = new Map(), limit = new Map() }: AnalyzeOptions,
): ColumnSettings {
  const names = series.map(({ name }) => name);
  const kindOf = (name: string): ColumnKind => kind.get(name) ?? kindOfName(name);
  const problems: Problem[] = [];
  const check = (option: string, name: string): void => {
    if (names.includes(name)) return;
    const like = nearest(name, names);
    const hint = `${like === null ? '' : `did you mean ${quote(like)}? `}there are ${names.join(', ')}`;
    const problem =
      name === LOAD_COLUMN && loadPerMinute !== null
        ? `${LOAD_COLUMN} is the load, no series`
        : `there is no column ${quote(name)}`;
    problems.push({ ...NO_PLACE, file: option, path: name, problem, hint });
  };
  for (const name of kind.keys()) check('--kind', name);
  for (const name of limit.keys()) {
    check('--limit', name);
    if (!names.includes(name) || kindOf(name) === 'growth') continue;
    const problem = `${quote(name)} is not tested for growth`;
    problems.push({
      ...NO_PLACE,
      file: '--limit',
      path: name,
      problem,
      hint: `write --kind ${name}=growth, or no limit`,
    });
  }
  if (names.every((name) => kindOf(name) === 'ignore'))
    problems.push({
      ...NO_PLACE,
      file: '--kind',
      path: '',
      problem: 'every column is ignored',
      hint: 'leave one to judge',
    });
  if (problems.length > 0) throw badColumns(problems, 0);
  return { kinds: kind, limits: limit };
}

/** Not in a line of the file. */
const NO_PLACE = { line: 0, column: 0 };

const badColumns = (problems: readonly Problem[], unshown: number): SoakdError => {
  const count = problems.length + unshown;
  return new SoakdError(`the samples have ${count === 1 ? 'a problem' : `${count} problems`}`, {
    code: 'columns_invalid',
    hint: `\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}${unshown > 0 ? `\n  and ${unshown} more` : ''}`,
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });
};

const KINDS: readonly ColumnKind[] = ['growth', 'drift', 'ignore'];

function kindOption(text: string, before: ReadonlyMap<string, ColumnKind> = new Map()): Map<string, ColumnKind> {
  const [name, value] = nameAndValue(text);
  const kind = KINDS.find((one) => one === value);
  if (kind === undefined || name === '') throw new InvalidArgumentError('write NAME=growth, NAME=drift or NAME=ignore');
  return new Map(before).set(name, kind);
}

function limitOption(text: string, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const [name, value] = nameAndValue(text);
  const amount = parseAmount(value);
  if (name === '' || !amount.ok || amount.value === 0)
    throw new InvalidArgumentError('write NAME=VALUE in the unit of the column: rss_bytes=512MiB, connections=100');
  return new Map(before).set(name, amount.value);
}

/** Split at the last `=`: a name may hold one. */
function nameAndValue(text: string): [name: string, value: string] {
  const at = text.lastIndexOf('=');
  return at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
}
