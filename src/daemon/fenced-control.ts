import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';
import type { PlanEdit } from '../model/plan.ts';
import { buildPlan } from '../plan/build.ts';
import type { ActionRequest, RunControl, StartRequest } from '../soak/control.ts';
import { editsOf } from '../soak/edits.ts';
import type { ReadProfile } from '../soak/read-profile.ts';
import type { Store } from '../store/store.ts';
import { type Fence, mayLoad, outsideFence, overload } from './fence.ts';

export interface FencePorts {
  fence: Fence;
  readProfile: ReadProfile;
  store: Pick<Store, 'run' | 'actions'>;
  clock: Clock;
  /** Addresses of a name; empty when it has none. */
  addressesOf?: (host: string) => Promise<string[]>;
}

/** The same control, but no start and no change of rate leaves the fence. Runs that live already are left alone. */
export function fencedControl(control: RunControl, ports: FencePorts): RunControl {
  const { fence, readProfile, store, clock, addressesOf = resolveName } = ports;
  return {
    status: (runId) => control.status(runId),
    live: () => control.live(),
    subscribe: (listener) => control.subscribe(listener),

    async start(request) {
      const profile = readProfile(request);
      const target = request.targetUrl ?? profile.targetUrl;
      if (target !== null && URL.canParse(target)) {
        const host = new URL(target).hostname;
        if (!mayLoad(fence, host, isBare(host) ? [] : await addressesOf(host))) throw outsideFence(host);
      }
      const startMs = request.startAtMs ?? clock.now();
      const plan = buildPlan(profile, { startMs, compression: compressionOf(request, profile.durationMs) }, []);
      const refused = overload(fence, plan);
      if (refused !== null) throw refused;
      return control.start(request);
    },

    async act(runId, action) {
      const edit = editOf(action, clock.now());
      const run = edit === null ? null : await store.run(runId);
      if (edit !== null && run !== null) {
        const { startMs, compression, profile } = run;
        const plan = buildPlan(profile, { startMs, compression }, [...editsOf(await store.actions(runId)), edit]);
        const refused = overload(fence, plan);
        if (refused !== null) throw refused;
      }
      return control.act(runId, action);
    },
  };
}

/** Only these can make more load than what was let in at the start. */
function editOf(action: ActionRequest, nowMs: number): PlanEdit | null {
  if (action.kind === 'extend') return { kind: 'extend', atMs: nowMs, byMs: action.byMs };
  if (action.kind !== 'rate') return null;
  const untilMs = action.forMs === null ? null : nowMs + action.forMs;
  return { kind: 'rate', atMs: nowMs, factor: action.factor, untilMs };
}

const compressionOf = ({ rehearseMs }: StartRequest, durationMs: number): number =>
  rehearseMs === undefined || !(rehearseMs > 0) ? 1 : Math.max(1, durationMs / rehearseMs);

const isBare = (host: string): boolean => isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;

async function resolveName(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new SoakdError(`the name ${host} cannot be resolved`, {
      code: 'target_unresolved',
      hint: 'check the name and the resolver of the machine where soakd runs',
      httpStatus: 422,
      cause,
    });
  }
}
