/** HTTP byte by byte, for requests that no client would send. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to 127.0.0.1 and all that comes from it. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #received = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    this.#closed = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    // Reset by the server: what came before it is the answer.
    this.#socket.on('error', () => undefined);
  }

  get received(): string {
    return this.#received;
  }

  send(bytes: string | Buffer): this {
    this.#socket.write(bytes);
    return this;
  }

  async connected(): Promise<this> {
    if (this.#socket.connecting) await once(this.#socket, 'connect').catch(() => undefined);
    return this;
  }

  /** Resolves with everything received once the server has closed the connection. */
  async ended(): Promise<string> {
    await this.#closed;
    return this.#received;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Sends these bytes and waits until the server closes; resolves with what it said. */
export const rawHttp = (port: number, bytes: string | Buffer): Promise<string> =>
  new RawConnection(port).send(bytes).ended();

/** A request line with headers that ask for the end of the connection. */
export const rawRequest = (line: string, headers: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers, '', body].join('\r\n');

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
