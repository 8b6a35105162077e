/** A small HTTP service on loopback for the real k6 to load, that remembers what came and can misbehave. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Number of the connection it came by, from 1. */
  connection: number;
  atMs: number;
}

export interface HttpTarget {
  url: string;
  seen: SeenRequest[];
  connections(): number;
  /** Resolves when `count` requests have come since the start. */
  came(count: number): Promise<void>;
  /** From now on requests are accepted and never answered, until `resume`. */
  hang(): void;
  resume(): void;
  close(): Promise<void>;
}

export type Answer = (request: SeenRequest) => { status?: number; body?: string; headers?: Record<string, string> };

/** Starts one on 127.0.0.1, on a free port unless told. `now` stamps the requests. */
export async function startHttpTarget(
  now: () => number,
  answer: Answer = () => ({}),
  wantedPort = 0,
): Promise<HttpTarget> {
  const seen: SeenRequest[] = [];
  const numbers = new WeakMap<Socket, number>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const held: (() => void)[] = [];
  let connections = 0;
  let hanging = false;

  const respond = (request: SeenRequest, response: ServerResponse): void => {
    const { status = 200, body = 'ok', headers = {} } = answer(request);
    response.writeHead(status, headers).end(body);
  };
  const server = createServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body,
        connection: numbers.get(incoming.socket) ?? 0,
        atMs: now(),
      };
      seen.push(request);
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
      if (hanging) held.push(() => respond(request, response));
      else respond(request, response);
    });
  });
  server.on('connection', (socket) => numbers.set(socket, ++connections));
  await new Promise<void>((resolve) => server.listen(wantedPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    came: (count) =>
      new Promise((resolve) => {
        if (seen.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    hang: () => {
      hanging = true;
    },
    resume: () => {
      hanging = false;
      for (const release of held.splice(0)) release();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
