/** One line of the spool: checksum, JSON, and the window that it stands for (docs/formats.md, "The spool"). */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { describeError } from '../base/errors.ts';
import type { LoadWindow } from '../model/window.ts';
import { decodeSketch, encodeSketch } from './sketch-codec.ts';

const RECORD_VERSION = 1;

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);
const age = z.number().nonnegative().nullable();

const recordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  process: z.string().min(1),
  seq: count,
  start: z.int().positive(),
  end: z.int().positive(),
  iter: z.object({
    planned: count,
    started: count,
    finished: count,
    interrupted: count,
    starved: count,
    late: count,
    paused: count,
  }),
  flight: z.object({ iterations: count, oldestIterationMs: age, requests: count, oldestRequestMs: age }),
  users: z.object({ busy: count, max: count }),
  req: z.array(
    z.object({
      scenario: z.string(),
      name: z.string(),
      outcome: z.enum(['ok', 'http_error', 'timeout', 'connect']),
      n: count,
      status: counts,
      codes: counts,
      sketch: z.string(),
    }),
  ),
  checks: z.array(z.object({ name: z.string(), pass: count, fail: count })),
  bytes: z.object({ sent: count, received: count }),
  clock: z.object({ timerLagMs: z.number().nonnegative(), stepMs: z.number() }),
  tagSets: count,
  pooled: count,
  dropped: count,
});

export type DecodedLine =
  | { kind: 'window'; window: LoadWindow }
  /** Well-formed, but written by another version of the extension. */
  | { kind: 'foreign'; version: unknown }
  | { kind: 'corrupt'; reason: string };

const corrupt = (reason: string): DecodedLine => ({ kind: 'corrupt', reason });

/** Decodes one line without its line feed. Never throws: what cannot be read is `corrupt`, with the reason. */
export function decodeLine(line: Buffer): DecodedLine {
  const checksum = line.toString('latin1', 0, 8);
  if (!/^[0-9a-f]{8}$/i.test(checksum) || line[8] !== 0x20) return corrupt('no checksum');
  const json = line.subarray(9);
  if (crc32(json) !== Number.parseInt(checksum, 16)) return corrupt('wrong checksum');
  try {
    const record: unknown = JSON.parse(json.toString('utf8'));
    if (isForeign(record)) return { kind: 'foreign', version: record.v };
    return { kind: 'window', window: toWindow(recordSchema.parse(record)) };
  } catch (thrown) {
    return corrupt(thrown instanceof z.ZodError ? z.prettifyError(thrown) : describeError(thrown));
  }
}

/** Encodes one line with its line feed: what the k6 extension writes, for tests and tools. */
export function encodeLine(window: LoadWindow): string {
  const json = JSON.stringify(toRecord(window));
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

const isForeign = (record: unknown): record is { v: unknown } =>
  typeof record === 'object' && record !== null && 'v' in record && record.v !== RECORD_VERSION;

function toWindow(record: z.output<typeof recordSchema>): LoadWindow {
  const { iter } = record;
  if (record.end <= record.start) throw new Error(`window ends at ${record.end}, before its start`);
  if (iter.planned !== iter.started + iter.starved + iter.late + iter.paused)
    throw new Error('planned arrivals are not the sum of started, starved, late and paused');
  return {
    processId: record.process,
    sequence: record.seq,
    startMs: record.start,
    endMs: record.end,
    iterations: iter,
    inFlight: record.flight,
    users: record.users,
    requests: record.req.map((cell) => {
      const durationsMs = decodeSketch(cell.sketch);
      if (durationsMs.count !== cell.n)
        throw new Error(`"${cell.name}" counts ${cell.n} requests, its sketch ${durationsMs.count}`);
      return {
        scenario: cell.scenario,
        name: cell.name,
        outcome: cell.outcome,
        count: cell.n,
        statuses: cell.status,
        errorCodes: cell.codes,
        durationsMs,
      };
    }),
    checks: record.checks.map(({ name, pass, fail }) => ({ name, passes: pass, fails: fail })),
    bytes: record.bytes,
    clock: record.clock,
    tagSets: record.tagSets,
    pooledRequests: record.pooled,
    droppedRecords: record.dropped,
  };
}

const toRecord = (window: LoadWindow): z.input<typeof recordSchema> => ({
  v: RECORD_VERSION,
  process: window.processId,
  seq: window.sequence,
  start: window.startMs,
  end: window.endMs,
  iter: window.iterations,
  flight: window.inFlight,
  users: window.users,
  req: window.requests.map((cell) => ({
    scenario: cell.scenario,
    name: cell.name,
    outcome: cell.outcome,
    n: cell.count,
    status: cell.statuses,
    codes: cell.errorCodes,
    sketch: encodeSketch(cell.durationsMs),
  })),
  checks: window.checks.map(({ name, passes, fails }) => ({ name, pass: passes, fail: fails })),
  bytes: window.bytes,
  clock: window.clock,
  tagSets: window.tagSets,
  pooled: window.pooledRequests,
  dropped: window.droppedRecords,
});
