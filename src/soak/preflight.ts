import type { Clock } from '../base/clock.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import type { Profile } from '../model/profile.ts';
import { buildPlan, type PlanStart } from '../plan/build.ts';
import { diskNeeded } from '../plan/disk.ts';
import type { SamplerTrial } from '../sample/try.ts';
import { type Check, guarded, ok } from './checks/check.ts';
import { checkClock } from './checks/clock.ts';
import { checkDisk, type DiskFacts } from './checks/disk.ts';
import { checkOfTrial } from './checks/samplers.ts';
import { type AskTarget, checkTarget } from './checks/target.ts';
import { checkWorkload } from './checks/workload.ts';

/** What the checks look at. Each may reject; the error is then the finding. */
export interface PreflightPorts {
  clock: Clock;
  /** Resolves with k6's version when it runs and carries the extension. */
  k6Version(): Promise<string>;
  /** Resolves with what was found when the store can be used. */
  store(): Promise<string>;
  disk(): Promise<DiskFacts>;
  clockIsSynchronised(): Promise<boolean | null>;
  /** Rejects when a variable is missing or an own script is no good. */
  tryWorkload(profile: Profile, targetUrl: string | null): Promise<{ finding: string; complete: boolean }>;
  askTarget: AskTarget;
  trySamplers(profile: Profile, targetUrl: string, signal: AbortSignal): Promise<SamplerTrial[]>;
}

/** The run that is wanted. `targetUrl`: null when nothing names one yet. */
export interface PreflightOrder extends PlanStart {
  profile: Profile;
  targetUrl: string | null;
}

/**
 * Everything that must be right before hours of load: k6, store, disk, clock, and with an order the workload, the
 * target, room for the whole run, and each sampler tried twice. All at once; never rejects but for `signal`.
 */
export async function preflight(
  ports: PreflightPorts,
  order: PreflightOrder | null,
  signal: AbortSignal,
): Promise<Check[]> {
  const { clock } = ports;
  const wallMs = clock.now();
  const monotonicMs = clock.monotonicMs();
  const groups: Promise<Check | Check[]>[] = [
    guarded('k6', 'run `soakd setup`, which builds it', async () => ok('k6', await ports.k6Version())),
    guarded('store', 'give another data folder with --data', async () => ok('store', await ports.store())),
    guarded('disk', 'give a folder that can be written with --data', async () => {
      const needed = order === null ? null : diskNeeded(order.profile, buildPlan(order.profile, order, []));
      return checkDisk(await ports.disk(), needed);
    }),
  ];
  if (order !== null) groups.push(checkWorkload(() => ports.tryWorkload(order.profile, order.targetUrl)));
  if (order !== null && order.targetUrl !== null) {
    const { targetUrl, profile } = order;
    groups.push(checkTarget(targetUrl, ports.askTarget, clock, signal));
    groups.push(ports.trySamplers(profile, targetUrl, signal).then((trials) => trials.map(checkOfTrial)));
  }
  const checks = (await Promise.all(groups)).flat();
  signal.throwIfAborted();
  const stepMs = clock.now() - wallMs - (clock.monotonicMs() - monotonicMs);
  const ownChecks = 3;
  return checks.toSpliced(ownChecks, 0, checkClock(stepMs, await ports.clockIsSynchronised()));
}

/** Throws SoakdError `preflight_failed` that names every failed check and what to do about it; exit code 5. */
export function requireReady(checks: readonly Check[]): void {
  const failures = checks.filter(({ status }) => status === 'failed');
  if (failures.length === 0) return;
  throw new SoakdError(failures.map(({ subject, finding }) => `${subject}: ${finding}`).join('; '), {
    code: 'preflight_failed',
    hint: failures.map(({ hint }) => hint).join('; '),
    exitCode: EXIT.cannotRun,
    httpStatus: 503,
  });
}
