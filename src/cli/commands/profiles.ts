import { profileListSchema } from '../../api/routes/profiles.ts';
import { visible } from '../../base/visible.ts';
import { type CommandFile, example } from '../command.ts';

/** `soakd profiles`: what `soakd start NAME` can start. */
export const profiles: CommandFile = (program, { io, daemon }) => {
  program
    .command('profiles')
    .description("the daemon's own profiles, which `soakd start` starts by name")
    .option('--json', 'the answer of the daemon as JSON')
    .addHelpText('after', example('profiles', 'start weekly'))
    .action(async (options: { json?: boolean }) => {
      const list = await daemon().get('/v1/profiles', profileListSchema);
      if (options.json) io.out(`${JSON.stringify(list, null, 2)}\n`);
      else for (const { name } of list.profiles) io.out(`${visible(name)}\n`);
      if (list.profiles.length === 0)
        io.say('there are none: `profiles` in the configuration of the daemon names their folder\n');
    });
};
