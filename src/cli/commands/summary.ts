import { loadBeside } from '../../report/load-beside.ts';
import { renderSummary } from '../../report/summary.ts';
import { loadRunRows } from '../../verdict/load-rows.ts';
import { type CommandFile, example } from '../command.ts';
import { runPath } from '../live-run.ts';
import { requireVerdict, withStores } from '../stored.ts';

/** `soakd summary RUN`: a run that is over on one screen. */
export const summary: CommandFile = (program, context) => {
  const { io, globals, daemon } = context;
  program
    .command('summary')
    .description('a run that is over on one screen: verdict, build, criteria beside the run before, what to do')
    .argument('<run>', 'a run, as `soakd runs` lists it')
    .addHelpText('after', example('summary 20261121T120000Z-3f9a'))
    .action(async (run: string) => {
      const text =
        globals().url === null
          ? await withStores(context, async ({ store, duty }) => {
              const verdict = await requireVerdict(store, run);
              const rows = await loadRunRows(store, run);
              return renderSummary(rows, verdict, await loadBeside(store, duty, rows.run));
            })
          : await daemon().text('GET', runPath(run, '/report?format=summary'));
      io.out(text);
    });
};
