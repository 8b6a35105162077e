import { isDeepStrictEqual } from 'node:util';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { judgeStored } from '../../soak/judge-here.ts';
import { type CommandFile, example } from '../command.ts';
import { exitCodeOf } from '../exit-code.ts';
import { requireVerdict, withStore } from '../stored.ts';
import { verdictTable } from '../verdict-table.ts';

/** `soakd replay RUN`: the verdict computed again from the stored rows. Nothing is written. */
export const replay: CommandFile = (program, context) => {
  const { io, globals, exitWith } = context;
  program
    .command('replay')
    .description('compute the verdict of a run again from the rows in the data folder; nothing is written')
    .argument('<run>', 'a run that is over, as `soakd runs` lists it')
    .option('--json', 'the verdict as JSON')
    .addHelpText('after', example('replay 20261121T120000Z-3f9a'))
    .action(async (run: string, options: { json?: boolean }) => {
      const { url, dataIsDefault } = globals();
      if (url !== null && dataIsDefault) throw rowsElsewhere(url, run);
      const { first, again } = await withStore(context, async (store) => ({
        first: await requireVerdict(store, run),
        again: await judgeStored(store, run, null),
      }));
      const same = isDeepStrictEqual(first, JSON.parse(JSON.stringify(again)));
      if (options.json) io.out(`${JSON.stringify({ run, same, verdict: again }, null, 2)}\n`);
      else io.out(`${verdictTable(again, io)}\n\n${again.headline}\n`);
      io.say(
        same ? 'the same as the first verdict\n' : `differs from the first verdict, which was: ${first.headline}\n`,
      );
      exitWith(exitCodeOf(again));
    });
};

/** Whoever names a daemon means its runs; those of ./soakd-data are others. */
const rowsElsewhere = (url: string, run: string): SoakdError =>
  new SoakdError(`replay needs the rows of a run, which ${url} does not give away`, {
    code: 'replay_needs_store',
    hint: `name the data folder of that daemon with --data or SOAKD_DATA; its first verdict it tells by \`soakd report ${run}\``,
    exitCode: EXIT.badInput,
  });
