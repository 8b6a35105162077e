/** How a start of the schedule is carried out: a run, a request to the target, or a note on the run that absorbs it. */
import { type Clock, deadline } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';
import type { HttpAnswer } from '../base/http-request.ts';
import { isoTime } from '../base/iso-time.ts';
import type { Run } from '../model/run.ts';
import type { ScheduleEntry } from '../model/schedule.ts';
import { resolveHeaders } from '../sample/http-address.ts';
import type { LoadedSchedule } from '../schedule/load-schedule.ts';
import { lengthOf } from '../schedule/timetable.ts';
import type { RunControl } from '../soak/control.ts';
import type { Store } from '../store/store.ts';

export interface ScheduleWorkPorts {
  clock: Clock;
  /** Fenced, as for starts over the API. */
  control: Pick<RunControl, 'start' | 'act'>;
  store: Pick<Store, 'runs' | 'actions'>;
  /** Rejects with a SoakdError when the machine behind an address is outside the fence. */
  requireInsideFence(targetUrl: string): Promise<void>;
  /** Resolves `env:NAME`. */
  secret(value: string): string;
  request(
    url: string,
    init: { method: string; headers: Record<string, string>; signal: AbortSignal },
  ): Promise<HttpAnswer>;
}

/** Labels by which a run is known to be of the schedule. */
const ENTRY_LABEL = 'schedule';
const DUE_LABEL = 'schedule_due';

/** A target that thinks for longer about one request is not well. */
const ANSWER_LIMIT_MS = 30_000;

/** What was done, for the row of the start. Rejects with a SoakdError that says why it could not be. */
export async function carryOut(
  entry: ScheduleEntry,
  order: { dueMs: number; who: string; loaded: LoadedSchedule | null; signal: AbortSignal },
  ports: ScheduleWorkPorts,
): Promise<{ runId: string | null; reason: string }> {
  const { work } = entry;
  const { dueMs, who, loaded, signal } = order;
  if (work.kind === 'request') return { runId: null, reason: await sendRequest(entry, work, ports, signal) };
  const pinned = loaded?.profiles.get(work.profile);
  if (pinned === undefined) throw profileGone(work.profile);
  const run = await ports.control.start({
    profileSource: pinned.source,
    profileName: pinned.fileName,
    ...(entry.targetUrl === null ? {} : { targetUrl: entry.targetUrl }),
    ...(work.rehearseMs === null ? {} : { rehearseMs: work.rehearseMs }),
    labels: { ...entry.labels, [ENTRY_LABEL]: entry.name, [DUE_LABEL]: isoTime(dueMs) },
    who,
    // Of one start there is one run, however often a daemon dies between the two.
    idempotencyKey: `schedule/${entry.name}/${isoTime(dueMs)}`,
  });
  return { runId: run.id, reason: `run ${run.id}` };
}

/** The run that a start made, though nobody lived to write it down; null when it made none. */
export async function runOf(entry: string, dueMs: number, store: Pick<Store, 'runs'>): Promise<Run | null> {
  const newest = await store.runs({ limit: 200 });
  return newest.find(({ labels }) => labels[ENTRY_LABEL] === entry && labels[DUE_LABEL] === isoTime(dueMs)) ?? null;
}

async function sendRequest(
  entry: ScheduleEntry,
  { method, path, headers }: Extract<ScheduleEntry['work'], { kind: 'request' }>,
  { clock, requireInsideFence, secret, request }: ScheduleWorkPorts,
  signal: AbortSignal,
): Promise<string> {
  if (entry.targetUrl === null) throw targetMissing(entry.name);
  await requireInsideFence(entry.targetUrl);
  const limit = deadline(clock, ANSWER_LIMIT_MS, signal);
  try {
    const url = `${entry.targetUrl}${path}`;
    const { status } = await request(url, { method, headers: resolveHeaders(headers, secret), signal: limit.signal });
    const answer = `${method} ${url} answers ${status}`;
    if (status >= 200 && status < 400) return answer;
    throw new SoakdError(answer, { code: 'request_failed', hint: 'look at the log of the target', httpStatus: 503 });
  } finally {
    limit.clear();
  }
}

/** Notes on a live run that it absorbs a start; once, however often it is asked. */
export async function noteAbsorbed(
  entry: ScheduleEntry,
  { dueMs, atMs, runId }: { dueMs: number; atMs: number; runId: string },
  { control, store }: Pick<ScheduleWorkPorts, 'control' | 'store'>,
): Promise<void> {
  const what = entry.work.kind === 'run' ? `profile ${entry.work.profile}` : `${entry.work.method} ${entry.work.path}`;
  const window = `${toTheMinute(atMs)} to ${toTheMinute(atMs + lengthOf(entry))}`;
  const due = `due ${toTheMinute(dueMs)}`;
  const text = `the schedule's ${entry.name} (${what}, ${due}) is absorbed from ${window}: neither load nor fault of its own`;
  const known = await store.actions(runId);
  if (known.some((action) => action.kind === 'annotate' && action.text === text)) return;
  await control.act(runId, { kind: 'annotate', text, who: 'schedule' });
}

const toTheMinute = (atMs: number): string => `${isoTime(atMs).slice(0, 16)}Z`;

/** Trying again would give the same answer: what is asked for is wrong, not what is the case. */
export const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof SoakdError && thrown.httpStatus >= 400 && thrown.httpStatus < 500 && !PASSING.has(thrown.code);

/** Errors of the caller by their status that pass by themselves: a target that is taken, a resolver that is away. */
const PASSING: ReadonlySet<string> = new Set(['target_busy', 'target_unresolved', 'sampler_unresolved']);

/** The daemon stops: the next one goes on. */
export const isStopping = (thrown: unknown): boolean => thrown instanceof SoakdError && thrown.code === 'stopping';

const profileGone = (profile: string): SoakdError =>
  new SoakdError(`the schedule has no profile ${profile}`, {
    code: 'profile_missing',
    hint: 'reload the configuration',
    httpStatus: 422,
  });

const targetMissing = (entry: string): SoakdError =>
  new SoakdError(`${entry} has no target`, {
    code: 'target_missing',
    hint: 'give target: in the schedule, or schedule.target in the configuration of the daemon',
    httpStatus: 422,
  });
