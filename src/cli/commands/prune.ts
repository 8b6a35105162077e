import { resolve } from 'node:path';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { readConfigFile } from '../../daemon/config-file.ts';
import { findPrunable, type Pruned, prune as pruneNow } from '../../daemon/prune.ts';
import { runFolderIn, storeFileIn } from '../../daemon/wire.ts';
import type { Retention } from '../../store/retention.ts';
import { openSqliteDutyStore, openSqliteStore } from '../../store/sqlite/open.ts';
import { openPruner } from '../../store/sqlite/pruner.ts';
import { formatBytes } from '../../verdict/quantity.ts';
import { durationArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { table } from '../table.ts';

interface PruneOptions {
  dryRun?: boolean;
  olderThan?: number;
  withVerdicts?: boolean;
  rebuild?: boolean;
  config?: string;
  json?: boolean;
}

/** `soakd prune`: what a daemon does each hour, now, by its configuration or by age; beside a daemon or without one. */
export const prune: CommandFile = (program, context) => {
  program
    .command('prune')
    .description('delete from the data folder what is no longer kept; a daemon may be at work in it')
    .option('--dry-run', 'say what would go, and how much, and delete nothing')
    .option('--older-than <duration>', 'spool files and rows of runs that ended longer ago', durationArgument)
    .option('--with-verdicts', 'with --older-than: the runs as well, with verdict and report')
    .option('--config <file>', 'configuration of the daemon, for its retention')
    .option(
      '--rebuild',
      'write the store anew after that, as short as can be: nobody else can write meanwhile; alone it deletes nothing',
    )
    .option('--json', 'as JSON')
    .addHelpText('after', example('prune --config /etc/soakd/soakd.yaml --dry-run', 'prune --older-than 30d'))
    .action((options: PruneOptions) => run(options, context));
};

async function run(options: PruneOptions, { io, clock, globals }: CommandContext): Promise<void> {
  const dataFolder = globals().data;
  const file = storeFileIn(dataFolder);
  const retention = retentionOf(options, io.cwd);
  const stop = new AbortController();
  const release = io.onInterrupt((signal) => stop.abort(new Error(`stopped by ${signal}`)));
  const store = await openSqliteStore({ file, clock, readOnly: true });
  try {
    const duty = await openSqliteDutyStore({ file, clock, readOnly: true });
    const pruner = await openPruner({ file, clock, readOnly: options.dryRun === true });
    try {
      const ports = { store, duty, pruner, clock, runFolder: (runId: string) => runFolderIn(dataFolder, runId) };
      const pruned = options.dryRun
        ? await findPrunable(ports, retention)
        : await pruneNow(ports, retention, stop.signal);
      if (options.rebuild && !options.dryRun) pruner.rebuild();
      const unused = { bytes: pruner.freeBytes(), needsRebuild: pruner.mustRebuild() };
      if (options.json) io.out(`${JSON.stringify({ dryRun: options.dryRun === true, ...pruned, unused }, null, 2)}\n`);
      else io.out(pruneText(pruned));
      if (options.dryRun) io.say('nothing was deleted\n');
      else if (unused.needsRebuild && unused.bytes > 0)
        io.say(`${formatBytes(unused.bytes)} of the store hold nothing; soakd prune --rebuild gives them back\n`);
    } finally {
      pruner.close();
      await duty.close();
    }
  } finally {
    await store.close();
    release();
  }
}

const KEEP_ALL: Retention = { spoolMs: null, rowsMs: null, verdictsMs: null };

/** Of what was said, and of nothing else: the daemon's own retention may be longer than any that soakd could assume. */
function retentionOf({ olderThan, withVerdicts, config, rebuild, dryRun }: PruneOptions, cwd: string): Retention {
  if (withVerdicts && olderThan === undefined)
    throw unsaid('--with-verdicts says what goes, and not when', 'say --older-than <duration> as well');
  if (olderThan === undefined && config === undefined) {
    if (rebuild && !dryRun) return KEEP_ALL;
    throw unsaid(
      'how long things are kept was not said',
      "say --config <file>, the daemon's configuration, or --older-than <duration>",
    );
  }
  const configured = config === undefined ? KEEP_ALL : readConfigFile(resolve(cwd, config)).retention;
  if (olderThan === undefined) return configured;
  return { spoolMs: olderThan, rowsMs: olderThan, verdictsMs: withVerdicts ? olderThan : configured.verdictsMs };
}

const unsaid = (why: string, hint: string): SoakdError =>
  new SoakdError(why, { code: 'retention_unsaid', hint, exitCode: EXIT.badInput });

const WHAT = { spool: 'spool files', rows: 'spool files and rows', verdicts: 'all of it' } as const;

function pruneText({ runs, duty }: Pruned): string {
  const lines: string[] = [];
  if (runs.length > 0) {
    const rows = runs.map(({ runId, tier, bytes }) => [runId, WHAT[tier], formatBytes(bytes)]);
    const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
    lines.push(table([['run', 'what', 'size'], ...rows, ['', 'together', formatBytes(bytes)]]));
  }
  const settled = Object.entries(duty).filter(([, count]) => count > 0);
  if (settled.length > 0) lines.push(settled.map(([name, count]) => `${count} ${WORDS[name] ?? name}`).join(', '));
  return `${lines.length === 0 ? 'nothing is past its retention' : lines.join('\n')}\n`;
}

const WORDS: Record<string, string> = {
  notifications: 'messages that were delivered or given up',
  alerts: 'resolved alerts',
  silences: 'silences that are over',
  scheduledStarts: 'settled starts',
  idempotencyKeys: 'idempotency keys',
};
