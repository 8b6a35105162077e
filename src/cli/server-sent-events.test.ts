import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1000): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(cut(text, size))) events.push(event);
  return events;
}

describe('server-sent events', () => {
  it('have a type, data and the last id', async () => {
    expect(await read('id: 7\nevent: status\ndata: {"a":1}\n\ndata: x\n\n')).toEqual([
      { type: 'status', data: '{"a":1}', lastEventId: '7' },
      { type: 'message', data: 'x', lastEventId: '7' },
    ]);
  });

  it('may have several lines of data, comments between them, and fields without a value', async () => {
    expect(await read(': still here\n\ndata: a\n: comment\ndata\ndata:b\nretry: 3\n\n')).toEqual([
      { type: 'message', data: 'a\n\nb', lastEventId: '' },
    ]);
  });

  it('are not told before they are complete', async () => {
    expect(await read('data: whole\n\ndata: half\n')).toHaveLength(1);
  });

  it('are the same wherever the stream is cut, and with each kind of line end', async () => {
    const text = 'id: 1\ndata: é€😀\n\nevent: state\ndata: b\ndata: c\n\n';
    const whole = await read(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.constantFrom('\n', '\r\n', '\r'), async (size, end) => {
        // A stream that ends with CR may still become CR LF: one line more tells.
        expect(await read(`${text.replaceAll('\n', end)}:${end}`, size)).toEqual(whole);
      }),
    );
  });
});
