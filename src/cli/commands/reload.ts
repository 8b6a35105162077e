import { reloadedSchema } from '../../api/routes/reload.ts';
import { type CommandFile, example } from '../command.ts';

/** `soakd reload`: the daemon reads its configuration again. */
export const reload: CommandFile = (program, { io, daemon }) => {
  program
    .command('reload')
    .description('have the daemon read its configuration again: all of it is taken, or nothing')
    .option('--json', 'what changed as JSON')
    .addHelpText('after', example('reload'))
    .action(async (options: { json?: boolean }) => {
      const reloaded = await daemon().post('/v1/reload', reloadedSchema, { body: {} });
      if (options.json) io.out(`${JSON.stringify(reloaded, null, 2)}\n`);
      const { changed, needsRestart } = reloaded;
      io.say(changed.length === 0 ? 'nothing is different\n' : `holds now: ${changed.join(', ')}\n`);
      if (needsRestart.length > 0) io.say(`needs a restart of the daemon: ${needsRestart.join(', ')}\n`);
    });
};
