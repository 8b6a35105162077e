import { gateSchema } from '../../api/routes/past-schemas.ts';
import { formatDuration } from '../../base/duration.ts';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { askGate, type GateAnswer } from '../../compare/gate.ts';
import { durationArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { withStore } from '../stored.ts';

interface GateOptions {
  profile: string;
  build?: string;
  target?: string;
  environment?: string;
  maxAge: number;
  json?: boolean;
}

/** `soakd gate`: answers a pipeline by the exit code. */
export const gate: CommandFile = (program, context) => {
  const { io, exitWith } = context;
  program
    .command('gate')
    .description(
      'did the last soak of a profile pass, lately enough? The exit code says it: 0 passed, 1 failed, 3 inconclusive or no run that counts, 4 aborted, 5 the store or the daemon cannot be asked',
    )
    .requiredOption('--profile <name>', 'name of the profile: `soak_test.name`')
    .option('--build <build>', 'only runs labelled with this build, commit or version')
    .option('--target <url>', 'only runs against this address')
    .option('--environment <name>', 'only runs of this environment')
    .requiredOption('--max-age <duration>', 'a run that ended longer ago does not count', durationArgument)
    .option('--json', 'the answer as JSON')
    .addHelpText('after', example('gate --profile "orders, 24 hours" --build 6dcb09b --max-age 8d'))
    .action(async (options: GateOptions) => {
      const answer = await ask(options, context);
      if (options.json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
      else io.out(`${visible(`${answer.outcome ?? 'inconclusive'}: ${answer.why}`)}\n`);
      exitWith(answer.exitCode);
    });
};

function ask(
  { profile, build, target, environment, maxAge }: GateOptions,
  context: CommandContext,
): Promise<GateAnswer> {
  const { clock, daemon, globals } = context;
  if (globals().url === null) {
    const question = {
      ...{ profile, build: build ?? null, maxAgeMs: maxAge },
      ...{ target: target ?? null, environment: environment ?? null },
    };
    return withStore(context, (store) => askGate(store, question, clock.now())).catch((thrown: unknown) => {
      throw cannotBeAsked(thrown);
    });
  }
  const query = new URLSearchParams({ profile, max_age: formatDuration(maxAge) });
  for (const [name, value] of Object.entries({ build, target, environment })) {
    if (value !== undefined) query.set(name, value);
  }
  return daemon().get(`/v1/gate?${query}`, gateSchema);
}

/** A pipeline tells a wrong question from a store that is not there: docs/compare.md has the codes. */
function cannotBeAsked(thrown: unknown): unknown {
  if (!(thrown instanceof SoakdError) || !thrown.code.startsWith('store_')) return thrown;
  const { message, code, hint, details, httpStatus, cause } = thrown;
  return new SoakdError(message, { code, hint, details, httpStatus, exitCode: EXIT.cannotRun, cause });
}
