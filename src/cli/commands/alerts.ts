import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAlertRules } from '../../alert/rules-file.ts';
import { alertDetailSchema, alertPageSchema, alertSchema } from '../../api/alert-schemas.ts';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { formatProblem } from '../../config/problem.ts';
import { loadAlertRules, shippedRulesFile } from '../../daemon/alerting.ts';
import { replayAlerts } from '../../duty/replay-alerts.ts';
import { alertsText, alertText } from '../alert-text.ts';
import { wholeArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { readProfile } from '../read-profile.ts';
import { withStore } from '../stored.ts';

interface JsonOption {
  json?: boolean;
}

/** `soakd alerts`, `soakd alerts show|check|replay`, `soakd ack`: what is wrong now, and the rules that say so. */
export const alerts: CommandFile = (program, context) => {
  const { io, clock, daemon, exitWith } = context;
  const command = program
    .command('alerts')
    .description('what the daemon is alarmed about: open alerts, newest first')
    .option('--run <run>', 'only of this run; `soakd`: only about soakd itself')
    .option('--all', 'resolved ones too')
    .option('--limit <count>', 'at most so many', wholeArgument(1, 500), 50)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      example('alerts', 'alerts --all --run 20261121T120000Z-3f9a', 'alerts check alerts.yaml', 'alerts replay RUN'),
    )
    .action(async ({ run, all, limit, json }: { run?: string; all?: true; limit: number } & JsonOption) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (run !== undefined) query.set('run', run);
      if (all) query.set('all', 'true');
      const page = await daemon().get(`/v1/alerts?${query}`, alertPageSchema);
      if (json) io.out(`${JSON.stringify(page, null, 2)}\n`);
      else if (page.alerts.length === 0) io.say(all ? 'no alerts yet\n' : 'no alert is open\n');
      else io.out(`${alertsText(page.alerts, clock.now())}\n`);
    });

  command
    .command('show')
    .description('one alert: what was the case when it began, and the states that it went through')
    .argument('<alert>', 'id, as `soakd alerts` lists it')
    .option('--json', 'as JSON')
    .addHelpText('after', example('alerts show 20261121T120000Z000-0123456789abcdef'))
    .action(async (id: string, { json: own }: JsonOption, { parent }) => {
      const json = own ?? parent?.opts().json;
      const { alert, history } = await daemon().get(`/v1/alerts/${encodeURIComponent(id)}`, alertDetailSchema);
      io.out(json ? `${JSON.stringify({ alert, history }, null, 2)}\n` : `${alertText(alert, history)}\n`);
    });

  command
    .command('check')
    .description('check files of rules; every problem at once as file:line:column path: problem; hint')
    .argument('<file...>', 'files to check')
    .option('--profile <file>', 'a profile whose runs they are for: do its samples come often enough?')
    .option('--json', 'problems as JSON')
    .addHelpText('after', example('alerts check config/alerts.yaml --profile my-service.yaml'))
    .action((files: string[], { profile, json: own }: { profile?: string } & JsonOption, { parent }) => {
      const json = own ?? parent?.opts().json;
      const forRuns = profile === undefined ? {} : { intervalMs: intervalOf(profile, io.cwd) };
      const checked = files.map((file) => ({ file, read: readAlertRules(sourceOf(file, io.cwd), file, forRuns) }));
      const problems = checked.flatMap(({ read }) => (read.ok ? [] : read.problems));
      if (json) io.out(`${JSON.stringify({ valid: problems.length === 0, problems }, null, 2)}\n`);
      else for (const problem of problems) io.out(`${formatProblem(problem)}\n`);
      for (const { file, read } of checked) if (read.ok) io.say(`${file}: ok, ${read.value.rules.length} rules\n`);
      exitWith(problems.length === 0 ? EXIT.passed : EXIT.badInput);
    });

  command
    .command('replay')
    .description('which alerts a stored run would have raised by these rules; nothing is written')
    .argument('<run>', 'a run in the data folder')
    .option('--rules <file>', 'rules; those that soakd comes with when left out')
    .option('--all', 'those too that did not last long enough to fire')
    .option('--json', 'as JSON')
    .addHelpText('after', example('alerts replay 20261121T120000Z-3f9a --rules my-alerts.yaml'))
    .action(async (id: string, { rules, all, json }: { rules?: string; all?: true } & JsonOption, { parent }) => {
      const everything = all ?? parent?.opts().all;
      const asJson = json ?? parent?.opts().json;
      const file = rules === undefined ? shippedRulesFile(io.system.root) : resolve(io.cwd, rules);
      const raised = (await replayed(context, id, file)).filter(({ firingMs }) => everything || firingMs !== null);
      if (asJson) io.out(`${JSON.stringify({ run: id, alerts: raised }, null, 2)}\n`);
      else if (raised.length === 0) io.say('no alert\n');
      else io.out(`${alertsText(raised, clock.now())}\n`);
    });

  program
    .command('ack')
    .description('you are at it: an alert that fires is not told again, its end is')
    .argument('<alert>', 'id, as `soakd alerts` lists it')
    .argument('[text...]', 'what you are doing')
    .option('--json', 'the alert as JSON')
    .addHelpText('after', example('ack 20261121T120000Z000-0123456789abcdef "rolling back the deploy"'))
    .action(async (id: string, text: string[], { json }: JsonOption) => {
      const path = `/v1/alerts/${encodeURIComponent(id)}/acknowledgement`;
      const body = { who: io.who, ...(text.length === 0 ? {} : { text: text.join(' ') }) };
      const alert = await daemon().post(path, alertSchema, { body });
      if (json) io.out(`${JSON.stringify(alert, null, 2)}\n`);
      else io.say(`${alert.rule.name}: ${io.who} is at it\n`);
    });
};

const replayed = (context: CommandContext, id: string, file: string) => {
  const { rules } = loadAlertRules(file);
  return withStore(context, async (store) => {
    const run = await store.run(id);
    if (run !== null) return replayAlerts(run, rules, store);
    throw new SoakdError(`no run ${id} in this store`, {
      code: 'run_not_found',
      hint: '`soakd runs` lists what is there',
      exitCode: EXIT.badInput,
    });
  });
};

/** Throws a SoakdError for a profile with problems. */
function intervalOf(file: string, cwd: string): number {
  const read = readProfile(file, cwd);
  if (read.ok) return read.profile.monitoring.intervalMs;
  throw new SoakdError(`the profile ${file} has problems`, {
    code: 'profile_invalid',
    details: read.problems.map(formatProblem),
    hint: `\`soakd validate ${file}\` tells them`,
    exitCode: EXIT.badInput,
  });
}

function sourceOf(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (cause) {
    throw new SoakdError(`${file} cannot be read`, {
      code: 'file_unreadable',
      hint: 'name a file of alert rules, such as config/alerts.yaml',
      exitCode: EXIT.badInput,
      cause,
    });
  }
}
