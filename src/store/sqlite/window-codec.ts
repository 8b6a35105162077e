import { OUTCOMES, type Outcome } from '../../model/window.ts';
import type { WindowRow } from '../store.ts';
import { PackReader, PackWriter } from './packed.ts';

/** Windows as one body, in the order given. */
export function encodeWindows(windows: readonly WindowRow[], compress: boolean): Buffer {
  const out = new PackWriter();
  out.varint(windows.length);
  for (const window of windows) writeWindow(out, window);
  return out.pack(compress);
}

export function decodeWindows(body: Buffer): WindowRow[] {
  const input = new PackReader(body);
  return input.list(() => readWindow(input));
}

function writeWindow(out: PackWriter, window: WindowRow): void {
  const { iterations, inFlight, users, bytes, clock } = window;
  out.word(window.processId);
  for (const value of [window.sequence, window.startMs, window.endMs]) out.number(value);
  const { planned, started, finished, interrupted, starved, late, paused } = iterations;
  for (const value of [planned, started, finished, interrupted, starved, late, paused]) out.number(value);
  for (const value of [inFlight.iterations, inFlight.oldestIterationMs]) out.number(value);
  for (const value of [inFlight.requests, inFlight.oldestRequestMs]) out.number(value);
  for (const value of [users.busy, users.max, bytes.sent, bytes.received]) out.number(value);
  for (const value of [clock.timerLagMs, clock.stepMs]) out.number(value);
  for (const value of [window.tagSets, window.pooledRequests, window.droppedRecords]) out.number(value);
  out.varint(window.requests.length);
  for (const { scenario, name, outcome, count, statuses, errorCodes } of window.requests) {
    for (const text of [scenario, name, outcome]) out.word(text);
    out.number(count);
    writeCounts(out, statuses);
    writeCounts(out, errorCodes);
  }
  out.varint(window.checks.length);
  for (const { name, passes, fails } of window.checks) {
    out.word(name);
    out.number(passes);
    out.number(fails);
  }
}

/** Properties of an object literal are evaluated in the order in which they are written: that of `writeWindow`. */
function readWindow(input: PackReader): WindowRow {
  const processId = input.word();
  const head = { sequence: input.present(), startMs: input.present(), endMs: input.present() };
  const iterations = {
    planned: input.present(),
    started: input.present(),
    finished: input.present(),
    interrupted: input.present(),
    starved: input.present(),
    late: input.present(),
    paused: input.present(),
  };
  const inFlight = {
    iterations: input.present(),
    oldestIterationMs: input.number(),
    requests: input.present(),
    oldestRequestMs: input.number(),
  };
  const users = { busy: input.present(), max: input.present() };
  const bytes = { sent: input.present(), received: input.present() };
  const clock = { timerLagMs: input.present(), stepMs: input.present() };
  const tail = { tagSets: input.present(), pooledRequests: input.present(), droppedRecords: input.present() };
  const requests = input.list(() => ({
    scenario: input.word(),
    name: input.word(),
    outcome: readOutcome(input),
    count: input.present(),
    statuses: readCounts(input),
    errorCodes: readCounts(input),
  }));
  const checks = input.list(() => ({ name: input.word(), passes: input.present(), fails: input.present() }));
  return { processId, ...head, iterations, inFlight, users, requests, checks, bytes, clock, ...tail };
}

function writeCounts(out: PackWriter, counts: Record<string, number>): void {
  const entries = Object.entries(counts);
  out.varint(entries.length);
  for (const [key, count] of entries) {
    out.word(key);
    out.number(count);
  }
}

function readCounts(input: PackReader): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let left = input.varint(); left > 0; left--) {
    const key = input.word();
    counts[key] = input.present();
  }
  return counts;
}

/** Also for sketches. Throws an Error for a word that is no outcome. */
export function readOutcome(input: PackReader): Outcome {
  const word = input.word();
  if (!isOutcome(word)) throw new Error(`outcome ${word}`);
  return word;
}

const isOutcome = (word: string): word is Outcome => (OUTCOMES as readonly string[]).includes(word);
