/** A service manager's end of NOTIFY_SOCKET: a real datagram socket of the Unix domain, which Node does not have. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stopProcess } from './server-process.ts';

// A descriptor that comes along is a barrier: closing it tells the sender that it was heard (sd_notify(3), BARRIER=1).
const RECEIVER = `
import array, json, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("bound", flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, socket.CMSG_SPACE(64))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors = array.array("i")
            descriptors.frombytes(content[:len(content) - len(content) % descriptors.itemsize])
            for descriptor in descriptors:
                os.close(descriptor)
    print(json.dumps(data.decode().splitlines()), flush=True)
`;

export class NotifySocket {
  readonly path: string;
  /** Messages so far, each its assignments; barriers left out. */
  readonly heard: string[][] = [];
  readonly #child: ChildProcess;
  readonly #bound = Promise.withResolvers<void>();
  #waiting: { test: (message: string[]) => boolean; found: (message: string[]) => void }[] = [];

  constructor(folder: string) {
    this.path = join(folder, 'notify');
    this.#child = spawn('python3', ['-c', RECEIVER, this.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.once('error', this.#bound.reject);
    if (this.#child.stdout === null) throw new Error('the receiver has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
  }

  /** Resolves when it can be sent to. */
  bound(): Promise<void> {
    return this.#bound.promise;
  }

  /** The first message from here on that pleases. */
  next(test: (message: string[]) => boolean): Promise<string[]> {
    return new Promise((found) => this.#waiting.push({ test, found }));
  }

  close(): Promise<void> {
    return stopProcess(this.#child);
  }

  #hear(line: string): void {
    if (line === 'bound') {
      this.#bound.resolve();
      return;
    }
    const message: string[] = JSON.parse(line);
    if (message.includes('BARRIER=1')) return;
    this.heard.push(message);
    this.#waiting = this.#waiting.filter(({ test, found }) => {
      if (!test(message)) return true;
      found(message);
      return false;
    });
  }
}
