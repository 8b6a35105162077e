import { Option } from 'commander';
import { readReportFile } from '../../daemon/report-files.ts';
import { runFolderIn } from '../../daemon/wire.ts';
import { loadBeside } from '../../report/load-beside.ts';
import { REPORTS, type ReportFormat, renderReport } from '../../report/render.ts';
import { isPruned } from '../../store/pruned.ts';
import { loadRunRows } from '../../verdict/load-rows.ts';
import { type CommandFile, example } from '../command.ts';
import { runPath } from '../live-run.ts';
import { requireVerdict, withStores } from '../stored.ts';

/** `soakd report RUN`: the report of a run that is over, on stdout. */
export const report: CommandFile = (program, context) => {
  const { io, globals, daemon } = context;
  const format = new Option('--format <format>', 'form of the report').choices(REPORTS.map((one) => one.format));
  program
    .command('report')
    .description('the report of a run that is over: from the data folder, or from the daemon that --url names')
    .argument('<run>', 'a run, as `soakd runs` lists it')
    .addOption(format.default('md'))
    .addHelpText(
      'after',
      example('report 20261121T120000Z-3f9a', 'report 20261121T120000Z-3f9a --format html > soak.html'),
    )
    .action(async (run: string, options: { format: ReportFormat }) => {
      const text =
        globals().url === null
          ? await withStores(context, async ({ store, duty }) => {
              const verdict = await requireVerdict(store, run);
              if (isPruned(await store.events(run)))
                return readReportFile(runFolderIn(globals().data, run), options.format);
              const rows = await loadRunRows(store, run);
              return renderReport(options.format, rows, verdict, await loadBeside(store, duty, rows.run));
            })
          : await daemon().text('GET', runPath(run, `/report?format=${options.format}`));
      io.out(text.endsWith('\n') ? text : `${text}\n`);
    });
};
