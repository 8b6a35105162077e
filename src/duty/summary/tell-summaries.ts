import { z } from 'zod';
import { backoffMs } from '../../base/backoff.ts';
import { Bell } from '../../base/bell.ts';
import { type Clock, sleeps } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { AlertSeverity } from '../../model/alert.ts';
import { buildOf, commitOf } from '../../model/build.ts';
import { isFinal, type Run } from '../../model/run.ts';
import type { Outcome4, Verdict } from '../../model/verdict.ts';
import type { NotifyConfig } from '../../notify/config.ts';
import { messagesForSummary, type Word } from '../../notify/messages.ts';
import type { RunControl } from '../../soak/control.ts';
import type { DutyStore } from '../../store/duty-store.ts';
import type { Store } from '../../store/store.ts';

export interface SummaryPorts {
  store: Pick<Store, 'runs' | 'verdict'>;
  duty: Pick<DutyStore, 'enqueue' | 'note' | 'putNote'>;
  clock: Clock;
  random: Random;
  log: { info(about: object, message: string): void; warn(about: object, message: string): void };
  control: Pick<RunControl, 'subscribe'>;
  /** Who is told, as the configuration says now. */
  notify(): NotifyConfig;
  /** The run on one screen. */
  summary(runId: string): Promise<string>;
}

const NOTE = 'summary.told';
/** Runs looked at: more than end between two looks, and before a daemon that was away is back. */
const LOOK_BACK = 100;
const RETRY = { baseMs: 1_000, maxMs: 60_000 };

const noteSchema = z.object({ sinceMs: z.number(), told: z.array(z.string()) });

/**
 * Puts the summary of each run that ended into the outbox, once, also when soakd died between the run's end and the word of it:
 * what was told is a row, and the outbox keeps each key once. Runs that ended before there was anybody to tell are left alone.
 * Resolves when `signal` aborts.
 */
export async function tellSummaries(ports: SummaryPorts, signal: AbortSignal): Promise<void> {
  const bell = new Bell();
  const unsubscribe = ports.control.subscribe((event) => {
    if (event.type === 'state' && isFinal(event.state)) bell.ring();
  });
  const { clock, log, random } = ports;
  let failures = 0;
  let told: string | null = null;
  try {
    while (!signal.aborted) {
      const reason = await tellNew(ports).then(() => null, describeError);
      if (reason !== null && reason !== told)
        log.warn({ reason }, 'the summary of a run could not be told: trying again');
      told = reason;
      failures = reason === null ? 0 : failures + 1;
      if (reason === null) await bell.wait(signal);
      else await sleeps(clock, backoffMs(RETRY, failures - 1, random), signal);
    }
  } finally {
    unsubscribe();
  }
}

/** Tells of every run that ended since and was not told of, oldest first. */
async function tellNew({ store, duty, clock, log, notify, summary }: SummaryPorts): Promise<void> {
  const known = noteSchema.safeParse(await duty.note(NOTE));
  let note = known.success ? known.data : { sinceMs: clock.now(), told: [] };
  if (!known.success) await duty.putNote(NOTE, note);
  const { sinceMs } = note;
  const ended = (await store.runs({ limit: LOOK_BACK })).filter(
    ({ id, state, endedMs }) => isFinal(state) && endedMs !== null && endedMs >= sinceMs && !note.told.includes(id),
  );
  for (const { state: _, endedMs, ...run } of ended.reverse()) {
    const verdict = await store.verdict(run.id);
    if (verdict !== null) {
      const word = wordOf(run, verdict, endedMs ?? clock.now(), await summary(run.id));
      const messages = messagesForSummary(word, notify(), clock.now());
      await duty.enqueue(messages);
      log.info({ run: run.id, channels: messages.map(({ channel }) => channel) }, 'the summary of a run is on its way');
    }
    note = { sinceMs, told: [...note.told, run.id].slice(-2 * LOOK_BACK) };
    await duty.putNote(NOTE, note);
  }
}

const SEVERITY: Record<Outcome4, AlertSeverity> = {
  passed: 'info',
  failed: 'critical',
  inconclusive: 'warning',
  aborted: 'warning',
};

function wordOf(run: Run, verdict: Verdict, endedMs: number, text: string): Word {
  const { id, name, rehearsal, targetUrl, startMs } = run;
  const { outcome, headline } = verdict;
  return {
    key: `summary ${id}`,
    runId: id,
    // A rehearsal frightens nobody.
    severity: rehearsal ? 'info' : SEVERITY[outcome],
    action: 'notify',
    labels: { ...run.labels, run: id, profile: name, target: targetUrl, outcome, rehearsal: String(rehearsal) },
    title: `${name}: ${headline}`,
    text,
    atMs: null,
    result: {
      ...{ profile: name, outcome, rehearsal, startedMs: startMs, endedMs },
      build: buildOf(run),
      commit: commitOf(run),
    },
  };
}
