import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import type { PlanEdit } from '../model/plan.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { Action } from '../model/run.ts';
import { buildPlan } from '../plan/build.ts';
import type { ActionRequest, RunControl, StartRequest } from '../soak/control.ts';
import { actionRow, editsOf, isPaused } from '../soak/edits.ts';
import type { ReadProfile } from '../soak/read-profile.ts';
import type { Store } from '../store/store.ts';
import { type Fence, mayAsk, mayLoad, outsideFence, overload, samplerOutsideFence } from './fence.ts';

export interface FencePorts {
  /** As it is now: another configuration may narrow or widen it. */
  fence(): Fence;
  readProfile: ReadProfile;
  store: Pick<Store, 'run' | 'actions'>;
  clock: Clock;
  /** Addresses of a name; empty when it has none. */
  addressesOf?: (host: string) => Promise<string[]>;
  /** Names or addresses of the machines that a sampler asks. */
  samplerHosts: (spec: SamplerSpec, targetUrl: string) => Promise<string[]>;
}

/**
 * The same control, but no start and no change of rate leaves the fence. Runs that live already are left alone. Names
 * are resolved here, once: what becomes of them later is k6's and the samplers' affair.
 */
export function fencedControl(control: RunControl, ports: FencePorts): RunControl {
  const { readProfile, store, clock, samplerHosts } = ports;
  const isInside = insideOf(ports);
  // Two edits at once would each be held against a plan without the other.
  const turns = new OneAtATime();
  const raise = async (runId: string, action: Raise): Promise<Action> => {
    const run = await store.run(runId);
    if (run !== null) {
      const { startMs, compression, profile } = run;
      const edits = withRaise(editsOf(await store.actions(runId)), action, clock.now());
      const plan = buildPlan(profile, { startMs, compression }, edits);
      const refused = overload(ports.fence(), plan);
      if (refused !== null) throw refused;
    }
    return control.act(runId, action);
  };

  return {
    status: (runId) => control.status(runId),
    live: () => control.live(),
    subscribe: (listener) => control.subscribe(listener),

    async start(request) {
      const profile = readProfile(request);
      const target = request.targetUrl ?? profile.targetUrl;
      if (target !== null && URL.canParse(target)) {
        const host = new URL(target).hostname;
        if (!(await isInside(host, mayLoad, targetUnresolved))) throw outsideFence(host);
        for (const spec of profile.monitoring.samplers) {
          for (const asked of await samplerHosts(spec, target)) {
            if (!(await isInside(asked, mayAsk, samplerUnresolved(spec.name))))
              throw samplerOutsideFence(spec.name, asked);
          }
        }
      }
      const startMs = request.startAtMs ?? clock.now();
      const plan = buildPlan(profile, { startMs, compression: compressionOf(request, profile.durationMs) }, []);
      const refused = overload(ports.fence(), plan);
      if (refused !== null) throw refused;
      return control.start(request);
    },

    // A stop must not wait for the store to answer those before it.
    act: (runId, action) =>
      raisesLoad(action) ? turns.run(runId, () => raise(runId, action)) : control.act(runId, action),
  };
}

/** Is a machine inside the fence as it is now? A name that the fence lists needs no resolver: it may be known to the machines of the load only. */
const insideOf =
  ({ fence, addressesOf = resolveName }: Pick<FencePorts, 'fence' | 'addressesOf'>) =>
  async (host: string, allowed: typeof mayLoad, unresolved: Unresolved): Promise<boolean> => {
    if (allowed(fence(), host, [])) return true;
    if (isBare(host)) return false;
    let addresses: string[];
    try {
      addresses = await addressesOf(host);
    } catch (cause) {
      throw unresolved(host, cause);
    }
    return allowed(fence(), host, addresses);
  };

/** Rejects with a SoakdError when what is at an address may not be loaded. */
export async function requireInsideFence(
  targetUrl: string,
  ports: Pick<FencePorts, 'fence' | 'addressesOf'>,
): Promise<void> {
  const host = new URL(targetUrl).hostname;
  if (!(await insideOf(ports)(host, mayLoad, targetUnresolved))) throw outsideFence(host);
}

type Raise = Extract<ActionRequest, { kind: 'rate' | 'extend' }>;

/** Only these can make more load than what was let in at the start. */
const raisesLoad = (action: ActionRequest): action is Raise => action.kind === 'rate' || action.kind === 'extend';

/** A pause that is under way is taken for over: what it keeps from the target comes with `resume`, which nobody refuses. */
function withRaise(before: PlanEdit[], action: Raise, nowMs: number): PlanEdit[] {
  // First of all it must make sense: a plan of a million years would never be built.
  const { edit } = actionRow(action, { state: 'running', edits: before }, nowMs);
  return [
    ...before,
    ...(edit === null ? [] : [edit]),
    ...(isPaused(before) ? [{ kind: 'resume' as const, atMs: nowMs }] : []),
  ];
}

const compressionOf = ({ rehearseMs }: StartRequest, durationMs: number): number =>
  rehearseMs === undefined || !(rehearseMs > 0) ? 1 : Math.max(1, durationMs / rehearseMs);

const isBare = (host: string): boolean => isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;

type Unresolved = (host: string, cause: unknown) => SoakdError;

const targetUnresolved: Unresolved = (host, cause) =>
  new SoakdError(`the name ${host} cannot be resolved`, {
    code: 'target_unresolved',
    hint: 'check the name and the resolver of the machine where soakd runs',
    httpStatus: 422,
    cause,
  });

const samplerUnresolved =
  (sampler: string): Unresolved =>
  (host, cause) =>
    new SoakdError(`the name ${host}, which the sampler ${sampler} asks, cannot be resolved`, {
      code: 'sampler_unresolved',
      hint: `check the address of the sampler ${sampler}, and the resolver of the machine where soakd runs`,
      httpStatus: 422,
      cause,
    });

const resolveName = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);
