import { EXIT } from '../../base/errors.ts';
import { formatProblem } from '../../config/profile.ts';
import { type CommandFile, example } from '../command.ts';
import { readProfile } from '../read-profile.ts';

/** `soakd validate FILE…`: every problem of every file at once. */
export const validate: CommandFile = (program, { io, exitWith }) => {
  program
    .command('validate')
    .description('check profiles; every problem at once as file:line:column path: problem; hint')
    .argument('<file...>', 'profiles to check')
    .option('--json', 'problems as JSON')
    .addHelpText('after', example('validate loadprofiles/soak-72h.yaml my-service.yaml'))
    .action((files: string[], options: { json?: boolean }) => {
      const results = files.map((file) => ({ file, result: readProfile(file, io.cwd) }));
      const problems = results.flatMap(({ result }) => (result.ok ? [] : result.problems));
      const warnings = results.flatMap(({ result }) => (result.ok ? result.warnings : []));
      if (options.json) {
        io.out(`${JSON.stringify({ valid: problems.length === 0, problems, warnings }, null, 2)}\n`);
      } else {
        for (const problem of problems) io.out(`${formatProblem(problem)}\n`);
        for (const warning of warnings) io.say(`warning: ${formatProblem(warning)}\n`);
        for (const { file, result } of results) if (result.ok) io.say(`${file}: ok\n`);
      }
      exitWith(problems.length === 0 ? EXIT.passed : EXIT.badInput);
    });
};
