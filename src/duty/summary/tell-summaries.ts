import { z } from 'zod';
import { backoffMs } from '../../base/backoff.ts';
import { Bell } from '../../base/bell.ts';
import { type Clock, sleeps } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { AlertSeverity } from '../../model/alert.ts';
import { buildOf, commitOf } from '../../model/build.ts';
import type { NewNotification } from '../../model/notification.ts';
import { isFinal, type Run } from '../../model/run.ts';
import type { Outcome4, Verdict } from '../../model/verdict.ts';
import type { NotifyConfig } from '../../notify/config.ts';
import { messagesForSummary, type Word } from '../../notify/messages.ts';
import type { RunControl } from '../../soak/control.ts';
import { type DutyStore, importNote } from '../../store/duty-store.ts';
import type { Store } from '../../store/store.ts';

export interface SummaryPorts {
  store: Pick<Store, 'runs' | 'verdict'>;
  duty: Pick<DutyStore, 'enqueue' | 'note' | 'putNote'>;
  clock: Clock;
  random: Random;
  log: Record<'info' | 'warn' | 'error', (about: object, message: string) => void>;
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
/** With their pauses some three minutes; then a run is told of without its screen. */
const MOST_TRIES = 10;

const noteSchema = z.object({ sinceMs: z.number(), told: z.array(z.string()) });

/**
 * Puts the summary of each run that ended into the outbox, once, also when soakd died between the run's end and the word of it:
 * what was told is a row, and the outbox keeps each key once. Runs that ended before there was anybody to tell are left alone,
 * and so are those that were imported. Resolves when `signal` aborts.
 */
export async function tellSummaries(ports: SummaryPorts, signal: AbortSignal): Promise<void> {
  const bell = new Bell();
  const unsubscribe = ports.control.subscribe((event) => {
    if (event.type === 'state' && isFinal(event.state)) bell.ring();
  });
  const { clock, log, random } = ports;
  const teller = new Teller(ports);
  let failures = 0;
  let told: string | null = null;
  try {
    while (!signal.aborted) {
      const reason = await teller.tellNew().catch(describeError);
      if (reason !== null && reason !== told)
        log.warn({ reason }, 'the summary of a run could not be told: trying again');
      told = reason;
      failures = reason === null ? 0 : failures + 1;
      const woken = new AbortController();
      const either = AbortSignal.any([signal, woken.signal]);
      const waits = [bell.wait(either)];
      if (reason !== null)
        waits.push(sleeps(clock, backoffMs(RETRY, failures - 1, random), either).then(() => undefined));
      await Promise.race(waits);
      woken.abort();
    }
  } finally {
    unsubscribe();
  }
}

type EndedRun = Awaited<ReturnType<SummaryPorts['store']['runs']>>[number];

class Teller {
  readonly #ports: SummaryPorts;
  /** Of runs whose summary could not be made, by id. */
  readonly #failed = new Map<string, { tries: number; reason: string }>();

  constructor(ports: SummaryPorts) {
    this.#ports = ports;
  }

  /**
   * Tells of every run that ended since and was not told of, oldest first. Resolves to why one of them must be tried again, null
   * when none must: one whose summary cannot be made keeps no other back.
   */
  async tellNew(): Promise<string | null> {
    const { store, duty, clock, log } = this.#ports;
    const known = noteSchema.safeParse(await duty.note(NOTE));
    let note = known.success ? known.data : { sinceMs: clock.now(), told: [] };
    if (!known.success) await duty.putNote(NOTE, note);
    const { sinceMs } = note;
    const ended = (await store.runs({ limit: LOOK_BACK })).filter(
      ({ id, state, endedMs }) => isFinal(state) && endedMs !== null && endedMs >= sinceMs && !note.told.includes(id),
    );
    let trouble: string | null = null;
    for (const run of ended.reverse()) {
      const { messages, again } = await this.#messagesFor(run);
      if (again !== null) {
        trouble ??= again;
        continue;
      }
      if (messages.length > 0) {
        await duty.enqueue(messages);
        log.info(
          { run: run.id, channels: messages.map(({ channel }) => channel) },
          'the summary of a run is on its way',
        );
      }
      note = { sinceMs, told: [...note.told, run.id].slice(-2 * LOOK_BACK) };
      await duty.putNote(NOTE, note);
      this.#failed.delete(run.id);
    }
    return trouble;
  }

  async #messagesFor({ state: _, endedMs, ...run }: EndedRun): Promise<Made> {
    const { store, duty, clock, log, notify, summary } = this.#ports;
    // It ended elsewhere, and was told of there.
    if ((await duty.note(importNote(run.id))) !== null) return { messages: [], again: null };
    const { tries, reason } = this.#failed.get(run.id) ?? { tries: 0, reason: '' };
    const isLast = tries === MOST_TRIES;
    try {
      const verdict = await store.verdict(run.id);
      if (verdict === null) return { messages: [], again: null };
      // The outcome is known all the same, and programs need no more.
      const text = isLast ? `Its summary cannot be made: ${reason}` : await summary(run.id);
      const word = wordOf(run, verdict, endedMs ?? clock.now(), text);
      return { messages: messagesForSummary(word, notify(), clock.now()), again: null };
    } catch (thrown) {
      const why = describeError(thrown);
      this.#failed.set(run.id, { tries: tries + 1, reason: why });
      if (tries + 1 === MOST_TRIES)
        log.error({ run: run.id, tries: MOST_TRIES, reason: why }, 'the summary of a run cannot be made');
      return { messages: [], again: isLast ? null : why };
    }
  }
}

/** What is to be sent, and why the run must be tried again; null: it need not. */
interface Made {
  messages: NewNotification[];
  again: string | null;
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
