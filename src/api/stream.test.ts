import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ApiRig, weeklySoak } from '../../tests/support/api-rig.ts';
import { HOUR_MS, SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { accessToken } from './access.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { type StreamSink, streamSettings, streamTo } from './stream.ts';

interface Told {
  type: string;
  id: string | null;
  data: { runId: string; event?: { id: number; kind: string }; state?: string; status?: { state: string } };
}

/** What a reader makes of the text so far. */
function toldBy(text: string): Told[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const type = field('event');
    return type === null ? [] : [{ type, id: field('id'), data: JSON.parse(field('data') ?? 'null') }];
  });
}

class Reader implements StreamSink {
  text = '';
  pending = 0;
  write(text: string): void {
    this.text += text;
  }
  pendingBytes(): number {
    return this.pending;
  }
  get events(): number[] {
    return toldBy(this.text).flatMap(({ data }) => data.event?.id ?? []);
  }
}

/** A source that cannot be read in every second half of an hour makes events. */
function threads(atMs: number): number {
  if ((atMs / HOUR_MS) % 1 >= 0.5) throw new Error('connection refused');
  return 7;
}

let staging: SimulatedStaging;
let rig: ApiRig;
let control: ReturnType<SimulatedStaging['daemon']>;

beforeEach(() => {
  staging = new SimulatedStaging({
    series: { threads: { unit: 'count', leakCandidate: true, memory: false, at: threads } },
  });
  control = staging.daemon();
  rig = new ApiRig(staging, { control });
});

afterEach(async () => {
  rig.stopping.abort();
  await rig.app.close();
});

const begin = async (): Promise<string> => {
  const started = await rig.post('/v1/runs', { profileSource: weeklySoak, targetUrl: 'http://staging.example' });
  return started.json().id;
};

function read(run: string | null, lastEventId = '', settings = streamSettings) {
  const reader = new Reader();
  const leave = new AbortController();
  const ports = { control, store: staging.store, clock: staging.clock };
  const end = streamTo(reader, ports, { run, cursor: parseCursor(lastEventId), settings }, leave.signal);
  return { reader, leave, end };
}

const stored = async (id: string): Promise<number[]> => (await staging.store.events(id)).map((event) => event.id);

/** Asks for the stream over a socket, and reads what comes until it ends. */
async function streamed(served: ApiRig, token: string) {
  const url = await served.app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${url}/v1/stream`, { headers: { authorization: `Bearer ${token}` } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  const rest = async (): Promise<string> => {
    let text = '';
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) text += part.value;
    return text;
  };
  return { status: answer.status, first: first?.value ?? '', rest };
}

describe('the stream', () => {
  it('ends when a reload withdraws the token that it was asked with, and tells nothing more', async () => {
    let tokens = [accessToken('ana', 'read', 'first-token-of-ana')];
    const guarded = new ApiRig(staging, { control, access: () => ({ tokens, loopback: true, allowedHosts: [] }) });
    onTestFinished(async () => {
      guarded.stopping.abort();
      await guarded.app.close();
    });
    const { status, first, rest } = await streamed(guarded, 'first-token-of-ana');
    expect([status, first]).toEqual([200, expect.stringContaining('retry:')]);
    await begin();
    const other = accessToken('ana', 'read', 'second-token-of-ana');
    tokens = [...tokens, other];
    await staging.clock.advance(streamSettings.statusMs);
    tokens = [other];
    await staging.clock.advance(HOUR_MS);
    expect((await rest()).split('event: status').length - 1).toBeLessThanOrEqual(2);
  });

  it('tells statuses by the clock, states and events as they happen', async () => {
    const { reader, leave, end } = read(null);
    const id = await begin();
    await staging.clock.advance(3 * HOUR_MS);
    leave.abort();
    expect(await end).toBe('left');
    const told = toldBy(reader.text);
    expect(told.flatMap(({ data }) => data.state ?? [])).toEqual(['warming_up', 'running']);
    expect(told.filter(({ type }) => type === 'status').length).toBeGreaterThan(3_000);
    expect(reader.events).toEqual(await stored(id));
    expect(reader.events.length).toBeGreaterThan(2);
  });

  it('tells a reader that comes back what it missed, once, in order', async () => {
    const id = await begin();
    const first = read(id);
    await staging.clock.advance(2 * HOUR_MS);
    first.leave.abort();
    await first.end;
    const lastId = toldBy(first.reader.text).findLast((told) => told.id !== null)?.id ?? '';
    await staging.clock.advance(3 * HOUR_MS);
    const second = read(id, lastId);
    await staging.clock.advance(2 * HOUR_MS);
    second.leave.abort();
    await second.end;
    expect([...first.reader.events, ...second.reader.events]).toEqual(await stored(id));
    expect(second.reader.events.length).toBeGreaterThan(3);
  });

  it('tells how a run ended while the reader was away', async () => {
    const id = await begin();
    await staging.clock.advance(HOUR_MS);
    await rig.post(`/v1/runs/${id}/actions`, { kind: 'stop' });
    await staging.clock.advance(HOUR_MS);
    const late = read(null, `${id}:0`);
    await staging.clock.advance(5_000);
    late.leave.abort();
    await late.end;
    expect(toldBy(late.reader.text).at(-1)).toMatchObject({ type: 'state', data: { runId: id, state: 'aborted' } });
  });

  it('keeps a silent connection alive', async () => {
    const { reader, leave, end } = read(null);
    await staging.clock.advance(60_000);
    leave.abort();
    await end;
    expect(reader.text.match(/^: still here$/gm)?.length).toBeGreaterThanOrEqual(3);
  });

  it('drops a reader that is too slow', async () => {
    const { reader, end } = read(null);
    await begin();
    await staging.clock.advance(10_000);
    reader.pending = streamSettings.maxPendingBytes + 1;
    await staging.clock.advance(10_000);
    expect(await end).toBe('too_slow');
    const told = reader.text.length;
    await staging.clock.advance(60_000);
    expect(reader.text).toHaveLength(told);
  });

  it('ends when soakd stops', async () => {
    const ended = rig.get('/v1/stream');
    await staging.clock.advance(5_000);
    rig.stopping.abort();
    expect((await ended).body).toContain('retry: 2000');
  });

  it('is text/event-stream on a real socket, and is let go when the reader leaves', async () => {
    const id = await begin();
    await staging.clock.advance(60_000);
    const url = new URL(await rig.app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), url.hostname);
    socket.setEncoding('utf8');
    socket.write(`GET /v1/stream?run=${id} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    let text = '';
    while (!text.includes('event: status')) {
      const [chunk] = await once(socket, 'data');
      text += chunk;
    }
    expect(text).toContain('content-type: text/event-stream');
    socket.destroy();
    await once(socket, 'close');
    // A server that still held the connection could not close.
    rig.stopping.abort();
    await rig.app.close();
  });

  it('has room for so many readers, and again when some have left', async () => {
    const many = Array.from({ length: 64 }, () => rig.get('/v1/stream'));
    await staging.clock.advance(5_000);
    const one = await rig.get('/v1/stream');
    expect([one.statusCode, one.json().code]).toEqual([503, 'too_many_readers']);
    rig.stopping.abort();
    await Promise.all(many);
    expect(rig.app.readers.size).toBe(0);
  });

  it('is 404 for a run that nobody knows', async () => {
    expect((await rig.get('/v1/stream?run=nobody')).statusCode).toBe(404);
  });
});

describe('a cursor', () => {
  it('is read back as it was written', () => {
    const cursor = new Map([
      ['20261121T110000Z-02ff', 17],
      ['20261121T120000Z-11aa', 3],
    ]);
    expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
  });

  it('that makes no sense is a fresh start', () => {
    for (const text of ['', 'x', ':4', 'run:-1', 'run:1e9', 'a b:1', '../etc:1'])
      expect(parseCursor(text).size).toBe(0);
  });
});
