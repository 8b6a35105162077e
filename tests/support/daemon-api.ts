/** A client of soakd's HTTP API, as a pipeline would have one: with the token, and following the stream. */
import { z } from 'zod';

const status = z.object({ status: z.object({ requests: z.object({ total: z.number() }) }) });

export interface StreamMessage {
  event: string;
  data: string;
}

export class DaemonApi {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** Answers the body as it came; rejects with it when the status is none of success. */
  async get(path: string): Promise<string> {
    return this.#ask(path, { headers: this.#headers });
  }

  async post(path: string, body: object): Promise<string> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Resolves with the first message of the run's stream, or with null of all runs', that pleases; rejects when the stream ends before. */
  async tells(runId: string | null, pleases: (message: StreamMessage) => boolean): Promise<StreamMessage> {
    const leave = new AbortController();
    const path = runId === null ? '/v1/stream' : `/v1/stream?run=${runId}`;
    const response = await fetch(new URL(path, this.url), { headers: this.#headers, signal: leave.signal });
    if (!response.ok || response.body === null) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    try {
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        const found = blocks.map(messageOf).find(pleases);
        if (found !== undefined) return found;
      }
    } finally {
      leave.abort();
    }
    throw new Error(`${path} ended`);
  }

  /** Resolves when so many requests of the run are known to be answered, with how many there are by then. */
  async served(runId: string, atLeast: number): Promise<number> {
    const requests = ({ event, data }: StreamMessage): number =>
      event === 'status' ? status.parse(JSON.parse(data)).status.requests.total : 0;
    return requests(await this.tells(runId, (message) => requests(message) >= atLeast));
  }

  get #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }

  async #ask(path: string, init: RequestInit): Promise<string> {
    const response = await fetch(new URL(path, this.url), init);
    const body = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${body}`);
    return body;
  }
}

function messageOf(block: string): StreamMessage {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { event: field('event'), data: field('data') };
}
