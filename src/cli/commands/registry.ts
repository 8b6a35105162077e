import type { CommandFile } from '../command.ts';
import { alerts } from './alerts.ts';
import { analyze } from './analyze.ts';
import { baseline } from './baseline.ts';
import { compare } from './compare.ts';
import { daemon } from './daemon.ts';
import { doctor } from './doctor.ts';
import { gate } from './gate.ts';
import { history } from './history.ts';
import { notify } from './notify.ts';
import { operate } from './operate.ts';
import { plan } from './plan.ts';
import { profiles } from './profiles.ts';
import { prune } from './prune.ts';
import { reload } from './reload.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { schedule } from './schedule.ts';
import { setup } from './setup.ts';
import { silence } from './silence.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { summary } from './summary.ts';
import { transfer } from './transfer.ts';
import { validate } from './validate.ts';

/** Every command, in the order of the help text. */
export const commandFiles: readonly CommandFile[] = [
  run,
  plan,
  validate,
  doctor,
  setup,
  daemon,
  reload,
  profiles,
  start,
  status,
  operate,
  alerts,
  silence,
  schedule,
  runs,
  summary,
  report,
  replay,
  notify,
  prune,
  compare,
  history,
  baseline,
  gate,
  transfer,
  analyze,
];
