/** Reading of `text/event-stream` (WHATWG HTML §9.2.6). */

export interface ServerSentEvent {
  /** `message` when the stream names none. */
  type: string;
  data: string;
  /** The last id seen so far; empty when there was none. */
  lastEventId: string;
}

/** The events of a stream of bytes; an event that is cut off at the end is left out, as the standard says. */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let type = '';
  let data: string[] = [];
  let lastEventId = '';
  for await (const line of lines(chunks)) {
    if (line === '') {
      if (data.length > 0) yield { type: type || 'message', data: data.join('\n'), lastEventId };
      type = '';
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) lastEventId = value;
  }
}

/** Complete lines, ended by LF, CR LF or CR. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be the first half of CR LF.
    const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const parts = whole.split(/\r\n|\n|\r/);
    rest = (parts.pop() ?? '') + rest.slice(whole.length);
    yield* parts;
  }
}
