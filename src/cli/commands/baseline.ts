import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { baselineListSchema, baselineSchema } from '../../api/routes/past-schemas.ts';
import { isoTime } from '../../base/iso-time.ts';
import { baselineChanges, promoteBaseline, removeBaseline } from '../../compare/baselines.ts';
import { BASELINE_NAME, DEFAULT_BASELINE } from '../../model/baseline.ts';
import { type CommandFile, example } from '../command.ts';
import { withDutyToChange, withStores } from '../stored.ts';
import { table } from '../table.ts';

type Listed = z.output<typeof baselineListSchema>;

/** `soakd baseline promote | list | remove`: which runs others are held against. */
export const baseline: CommandFile = (program, context) => {
  const { io, clock, globals, daemon } = context;
  const group = program
    .command('baseline')
    .description('runs that later ones of their profile are held against: a criterion may say "<= baseline + 5%"')
    .helpCommand(false)
    .addHelpText(
      'after',
      example('baseline promote 20261121T120000Z-3f9a', 'baseline list', 'baseline remove "orders, 24 hours"'),
    );
  const local = (): boolean => globals().url === null;

  group
    .command('promote')
    .description('hold later runs of its profile against this one')
    .argument('<run>', 'a run that is over and did not fail')
    .option('--name <name>', 'of the baseline', baselineName, DEFAULT_BASELINE)
    .addHelpText('after', example('baseline promote 20261121T120000Z-3f9a --name release-4'))
    .action(async (run: string, { name }: { name: string }) => {
      const { who } = io;
      const made = local()
        ? await withDutyToChange(context, (stores) =>
            promoteBaseline(stores, { runId: run, name, who, nowMs: clock.now() }),
          )
        : await daemon().post('/v1/baselines', baselineSchema, { body: { run, name, who } });
      io.say(`run ${made.runId} is the baseline "${made.name}" of profile "${made.profile}"\n`);
    });

  group
    .command('list')
    .description('all baselines, and who changed them')
    .option('--profile <name>', 'of this profile only')
    .option('--json', 'as JSON')
    .addHelpText('after', example('baseline list --profile "orders, 24 hours"'))
    .action(async ({ profile, json }: { profile?: string; json?: boolean }) => {
      const query = profile === undefined ? '' : `?${new URLSearchParams({ profile })}`;
      const listed: Listed = local()
        ? await withStores(context, async ({ duty }) => ({
            baselines: await duty.baselines(profile),
            changes: (await baselineChanges(duty)).filter((one) => profile === undefined || one.profile === profile),
          }))
        : await daemon().get(`/v1/baselines${query}`, baselineListSchema);
      if (json) io.out(`${JSON.stringify(listed, null, 2)}\n`);
      else io.out(`${listText(listed)}\n`);
    });

  group
    .command('remove')
    .description('hold no run against a baseline any more; the run itself stays')
    .argument('<profile>', 'name of the profile')
    .option('--name <name>', 'of the baseline', baselineName, DEFAULT_BASELINE)
    .addHelpText('after', example('baseline remove "orders, 24 hours" --name release-4'))
    .action(async (profile: string, { name }: { name: string }) => {
      const { who } = io;
      const gone = local()
        ? await withDutyToChange(context, (stores) =>
            removeBaseline(stores, { profile, name, who, nowMs: clock.now() }),
          )
        : await daemon().post('/v1/baselines/remove', baselineSchema, { body: { profile, name, who } });
      io.say(`run ${gone.runId} is no longer the baseline "${gone.name}" of profile "${gone.profile}"\n`);
    });
  for (const command of group.commands) command.exitOverride();
};

function baselineName(text: string): string {
  if (BASELINE_NAME.test(text)) return text;
  throw new InvalidArgumentError('write letters, digits, ".", "_" and "-", such as release-4');
}

function listText({ baselines, changes }: Listed): string {
  const when = (atMs: number): string => isoTime(atMs).slice(0, 16).replace('T', ' ');
  const rows = baselines.map(({ profile, name, runId, promotedMs, who }) => [
    profile,
    name,
    runId,
    when(promotedMs),
    who,
  ]);
  const listed =
    rows.length === 0
      ? 'none: a criterion against "baseline" takes the median of the last five runs that passed'
      : table([['profile', 'name', 'run', 'promoted', 'by'], ...rows]);
  const told = changes
    .slice(-10)
    .map((one) => `${when(one.promotedMs)}  ${one.change} ${one.profile}/${one.name} ${one.runId} by ${one.who}`);
  return [listed, ...(told.length === 0 ? [] : ['', 'changes', ...told])].join('\n');
}
