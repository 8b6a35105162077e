import { resolve } from 'node:path';
import { backUp } from '../../daemon/backup.ts';
import { exportRun, importRun } from '../../daemon/transfer.ts';
import { formatBytes } from '../../verdict/quantity.ts';
import { type CommandFile, example } from '../command.ts';

interface JsonOption {
  json?: boolean;
}

/** `backup`, `export`, `import`: what is in a data folder, elsewhere. A daemon may be at work in it. */
export const transfer: CommandFile = (program, { io, clock, globals, surroundings }) => {
  const ports = () => ({ dataFolder: globals().data, clock, version: surroundings().version });

  program
    .command('backup')
    .description('copy the data folder, without spool files, into a new folder: one that soakd can work in')
    .argument('<folder>', 'to make')
    .option('--json', 'what was copied as JSON')
    .addHelpText('after', example('backup /backup/soakd-2026-11-21'))
    .action(async (folder: string, options: JsonOption) => {
      const done = await backUp(globals().data, resolve(io.cwd, folder), clock);
      if (options.json) io.out(`${JSON.stringify(done, null, 2)}\n`);
      io.say(`${done.runs} runs, ${formatBytes(done.bytes)}, ${done.files} files; the copy was checked\n`);
      if (done.live.length > 0)
        io.say(`not over: ${done.live.join(', ')}; a daemon with --data ${folder} would carry on with their load\n`);
    });

  program
    .command('export')
    .description('write one run that is over into a file, for another data folder')
    .argument('<run>', 'as `soakd runs` lists it')
    .argument('<file>', 'to make')
    .option('--json', 'what was written as JSON')
    .addHelpText('after', example('export 20261121T120000Z-3f9a weekly.soakd.gz'))
    .action(async (runId: string, file: string, options: JsonOption) => {
      const bytes = await exportRun(ports(), runId, resolve(io.cwd, file));
      if (options.json) io.out(`${JSON.stringify({ run: runId, bytes }, null, 2)}\n`);
      else io.say(`run ${runId}: ${formatBytes(bytes)}\n`);
    });

  program
    .command('import')
    .description('take an exported run into the data folder: all of it, or nothing')
    .argument('<file>', 'that `soakd export` wrote')
    .option('--json', 'which run it was as JSON')
    .addHelpText('after', example('import weekly.soakd.gz'))
    .action(async (file: string, options: JsonOption) => {
      const { runId, wasThere } = await importRun(ports(), resolve(io.cwd, file));
      if (options.json) io.out(`${JSON.stringify({ run: runId, wasThere }, null, 2)}\n`);
      else io.say(`run ${runId}${wasThere ? ' was there already, row for row' : ''}\n`);
    });
};
