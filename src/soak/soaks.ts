import { sleeps } from '../base/clock.ts';
import { describeError, EXIT, SoakdError } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import { canonicalTarget } from '../config/target.ts';
import { type Action, isFinal, type Run, type RunState } from '../model/run.ts';
import type { RunStatus } from '../model/status.ts';
import type { SoakContext } from './context.ts';
import type { ActionRequest, RunControl, RunSignal, StartRequest } from './control.ts';
import { actionRow } from './edits.ts';
import { dropLease, takeLease, targetBusy } from './lease.ts';
import type { LiveRun } from './live-run.ts';
import { newRun, refuseStartInPast } from './new-run.ts';
import type { ReadProfile } from './read-profile.ts';
import { orphanedRuns, readopt, recall } from './resume.ts';
import { soak } from './soak.ts';
import { transition } from './state.ts';

interface Living {
  live: LiveRun;
  leave: AbortController;
  done: Promise<void>;
}

/** What to do with the runs of daemons that died. */
export type Recovery = { mode: 'carry_on' } | { mode: 'end'; targetUrl: string; who: string };

/** The runs of this process. */
export class Soaks implements RunControl {
  readonly #context: SoakContext;
  readonly #readProfile: ReadProfile;
  readonly #living = new Map<string, Living>();
  readonly #listeners = new Set<(signal: RunSignal) => void>();
  readonly #acting = new OneAtATime();
  readonly #starting = new Map<string, Promise<Run>>();
  /** Unfinished runs that cannot be taken over, and why: told once for each reason, not at each look. */
  readonly #notTaken = new Map<string, string>();
  /** Starts and take-overs happen one after the other: two at once would both find a target free, or a run ownerless. */
  #startQueue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(context: SoakContext, readProfile: ReadProfile) {
    this.#context = context;
    this.#readProfile = readProfile;
  }

  async start(request: StartRequest): Promise<Run> {
    const key = request.idempotencyKey;
    if (key === undefined) return this.#inTurn(() => this.#start(request));
    // Two requests with one key at the same moment are one wish.
    const underWay = this.#starting.get(key);
    if (underWay !== undefined) return sameWish(await underWay, request);
    const starting = this.#inTurn(() => this.#start(request)).finally(() => this.#starting.delete(key));
    this.#starting.set(key, starting);
    return starting;
  }

  async act(runId: string, request: ActionRequest): Promise<Action> {
    const living = this.#living.get(runId);
    if (living === undefined) throw await this.#notLive(runId);
    const { live } = living;
    return this.#acting.run(runId, () => {
      if (isFinal(live.state)) throw alreadyOver(runId, live.state);
      const row = actionRow(request, live, this.#context.clock.now());
      if (request.kind === 'stop') live.requestStop(request.who);
      return live.act(row);
    });
  }

  status(runId: string): RunStatus | null {
    return this.#living.get(runId)?.live.status() ?? null;
  }

  live(): string[] {
    return [...this.#living.keys()].sort().reverse();
  }

  subscribe(listener: (signal: RunSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the run has left this process: ended, or left for the next daemon. */
  async left(runId: string): Promise<void> {
    await this.#living.get(runId)?.done;
  }

  /**
   * Takes over the unfinished runs of daemons that died. `carry_on` resumes them; `end` finishes those on
   * `targetUrl` as aborted, for a foreground run that needs the target. Resolves when each lives here;
   * a run that cannot be taken over is left, and logged once for each reason.
   */
  recover(how: Recovery): Promise<Run[]> {
    return this.#inTurn(() => this.#recover(how));
  }

  async #recover(how: Recovery): Promise<Run[]> {
    if (this.#closed) return [];
    const taken: Run[] = [];
    const orphans = await orphanedRuns(this.#context, new Set(this.#living.keys()));
    for (const id of this.#notTaken.keys()) if (!orphans.some((run) => run.id === id)) this.#notTaken.delete(id);
    for (const run of orphans) {
      if (how.mode === 'end' && canonicalTarget(run.targetUrl) !== canonicalTarget(how.targetUrl)) continue;
      try {
        await takeLease(this.#context, run.targetUrl, run.id);
        const { live, tail } = await recall(this.#context, run, (signal) => this.#publish(signal));
        if (how.mode === 'end' && live.stopReason === null && live.state !== 'finishing') {
          const atMs = this.#context.clock.now();
          const text = 'its soakd died, and the target is needed for another run';
          await live.act({ atMs, who: how.who, kind: 'stop', text, edit: null });
        }
        this.#carry(live, async (signal) => {
          await readopt(live, this.#context, tail, signal);
          await soak(live, this.#context, tail, signal);
        });
        taken.push(run);
        this.#notTaken.delete(run.id);
      } catch (thrown) {
        const reason = describeError(thrown);
        if (this.#notTaken.get(run.id) !== reason)
          this.#context.log.error({ run: run.id, reason }, 'an unfinished run cannot be taken over');
        this.#notTaken.set(run.id, reason);
      }
    }
    return taken;
  }

  /**
   * Looks for orphaned runs until `signal` aborts: leases of hosts that cannot be asked expire, and a foreground run
   * may be killed while the daemon is up.
   */
  async keepRecovering(signal: AbortSignal): Promise<void> {
    const { clock, settings, log } = this.#context;
    let told: string | null = null;
    do {
      const reason = await this.recover({ mode: 'carry_on' }).then(() => null, describeError);
      if (reason !== null && reason !== told) log.warn({ reason }, 'unfinished runs could not be looked for');
      told = reason;
    } while (await sleeps(clock, settings.leaseMs / 2, signal));
  }

  /** Leaves every run as it is: k6 goes on, the next daemon resumes. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#startQueue;
    for (const { leave } of this.#living.values()) leave.abort();
    await Promise.all(Array.from(this.#living.values(), ({ done }) => done));
  }

  /** Kills all load at once and leaves the runs: for the second Ctrl-C. The rows stay, another start can finish them. */
  async kill(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(Array.from(this.#living.values(), ({ live }) => live.process?.kill()));
    await this.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#startQueue.then(work);
    this.#startQueue = done.catch(() => undefined);
    return done;
  }

  async #start(request: StartRequest): Promise<Run> {
    this.#refuseWhenClosed();
    const { store, clock, log } = this.#context;
    const profile = this.#readProfile(request);
    let run = newRun(request, profile, this.#context);
    if (request.idempotencyKey !== undefined) {
      const before = await store.idempotent(request.idempotencyKey, run.id, clock.now());
      if (before !== null) {
        const known = await store.run(before);
        if (known !== null) return sameWish(known, request);
        // The key was taken by a start that died or was refused before it made the run.
        run = { ...run, id: before };
      }
    }
    refuseStartInPast(run);
    await this.#context.preflight(run);
    run = await withBaselines(run, this.#context);
    if (request.startAtMs === undefined) {
      // The checks take seconds: a run that starts now starts after them.
      const tookMs = clock.now() - run.createdMs;
      run = { ...run, startMs: run.startMs + tookMs, endMs: run.endMs + tookMs };
    }
    await this.#refuseUnfinished(run);
    // The checks took a while: who asked has been told by now that soakd stops.
    this.#refuseWhenClosed();
    await takeLease(this.#context, run.targetUrl, run.id);
    const created = transition(null, 'preparing', run.createdMs, `started by ${run.startedBy}`);
    try {
      await store.createRun(run, created);
    } catch (thrown) {
      await dropLease(this.#context, run);
      throw thrown;
    }
    const { live, tail } = await recall(this.#context, run, (signal) => this.#publish(signal));
    log.info({ run: run.id, target: run.targetUrl, startMs: run.startMs, endMs: run.endMs }, 'a run begins');
    this.#carry(live, (signal) => soak(live, this.#context, tail, signal));
    return run;
  }

  #carry(live: LiveRun, work: (signal: AbortSignal) => Promise<void>): void {
    const leave = new AbortController();
    const done = work(leave.signal)
      .catch((thrown: unknown) => {
        this.#context.log.error(
          { run: live.run.id, reason: describeError(thrown) },
          'a run broke off; the next start carries it on',
        );
      })
      .finally(() => this.#living.delete(live.run.id));
    this.#living.set(live.run.id, { live, leave, done });
    live.publishStatus();
  }

  #refuseWhenClosed(): void {
    if (!this.#closed) return;
    throw new SoakdError('soakd is stopping', { code: 'stopping', hint: 'start it again', httpStatus: 503 });
  }

  /** An unfinished run still owns its target, though its daemon may be away: its k6 may be at work. */
  async #refuseUnfinished(run: Run): Promise<void> {
    const target = canonicalTarget(run.targetUrl);
    const unfinished = await this.#context.store.runs({ unfinishedOnly: true });
    const other = unfinished.find((other) => other.id !== run.id && canonicalTarget(other.targetUrl) === target);
    if (other === undefined) return;
    throw targetBusy(target, other.id);
  }

  async #notLive(runId: string): Promise<SoakdError> {
    const run = await this.#context.store.run(runId);
    if (run === null) {
      return new SoakdError(`there is no run ${runId}`, {
        code: 'run_unknown',
        hint: '`soakd runs` lists them',
        httpStatus: 404,
      });
    }
    const state = (await this.#context.store.transitions(runId)).at(-1)?.to ?? 'preparing';
    if (isFinal(state)) return alreadyOver(runId, state);
    return new SoakdError(`run ${runId} does not live in this process`, {
      code: 'run_elsewhere',
      hint: 'ask the soakd that runs it, or start the daemon to take it over',
      httpStatus: 409,
    });
  }

  #publish(signal: RunSignal): void {
    for (const listener of this.#listeners) {
      try {
        listener(signal);
      } catch (thrown) {
        this.#context.log.error({ reason: describeError(thrown) }, 'a listener failed');
      }
    }
  }
}

/** Fixed now: what is promoted later changes nothing in how this run is judged, today or on replay. A rehearsal has none. */
async function withBaselines(run: Run, { baselines }: Pick<SoakContext, 'baselines'>): Promise<Run> {
  if (baselines === undefined || run.rehearsal || run.profile.againstBaseline === undefined) return run;
  return { ...run, baselines: await baselines(run) };
}

/** The run behind an idempotency key, for the request that made it; any other is refused, whatever differs. */
function sameWish(run: Run, { requestDigest }: StartRequest): Run {
  if (run.requestDigest === requestDigest) return run;
  throw new SoakdError(`the idempotency key belongs to run ${run.id}, which was another wish`, {
    code: 'idempotency_key_reused',
    hint: 'send the same request again, or another one with a key of its own',
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });
}

const alreadyOver = (runId: string, state: RunState): SoakdError =>
  new SoakdError(`run ${runId} is over: ${state}`, {
    code: 'run_over',
    hint: `\`soakd report ${runId}\` tells how it went`,
    exitCode: EXIT.badInput,
    httpStatus: 409,
  });
