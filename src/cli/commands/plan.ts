import { Option } from 'commander';
import { visible } from '../../base/visible.ts';
import { previewPlan } from '../../plan/preview.ts';
import { previewCsv } from '../../plan/preview-csv.ts';
import { previewText } from '../../plan/preview-text.ts';
import { rehearsalCompression } from '../../soak/new-run.ts';
import { durationArgument, instantArgument } from '../arguments.ts';
import { type CommandFile, example } from '../command.ts';
import { badProfile, readProfile } from '../read-profile.ts';

interface PlanOptions {
  at?: number;
  rehearse?: number;
  target?: string;
  format: 'text' | 'csv' | 'json';
}

/** `soakd plan PROFILE`: the curve to expect, what it costs, and every default. */
export const plan: CommandFile = (program, { io, clock }) => {
  program
    .command('plan')
    .description('the curve to expect: chart, totals, users and disk needed, clock changes, what each criterion needs')
    .argument('<profile>', 'profile to look at')
    .option(
      '--at <instant>',
      'ISO 8601 instant with its zone at which the run would start; now when left out',
      instantArgument,
    )
    .option('--rehearse <duration>', 'as it would be rehearsed in this time', durationArgument)
    .option('--target <url>', 'what to soak; overrules the profile')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'csv', 'json']).default('text'))
    .addHelpText(
      'after',
      example(
        'plan loadprofiles/soak-72h.yaml',
        'plan my-service.yaml --at 2026-10-24T18:00:00Z --format csv > curve.csv',
      ),
    )
    .action((file: string, options: PlanOptions) => {
      const read = readProfile(file, io.cwd, options.target);
      if (!read.ok) throw badProfile(read.problems);
      const { profile, defaults, warnings } = read;
      for (const { path, problem, hint } of warnings) io.say(`warning: ${visible(`${path}: ${problem}; ${hint}`)}\n`);
      const compression = rehearsalCompression(profile, options.rehearse);
      const startMs = options.at ?? clock.now();
      const { plan, preview } = previewPlan(profile, { startMs, compression, defaults });
      if (options.format === 'json') io.out(`${JSON.stringify(preview, null, 2)}\n`);
      else if (options.format === 'csv') io.out(previewCsv(profile, plan));
      else io.out(previewText(profile, plan, preview, { width: io.columns, colour: io.colour }));
    });
};
