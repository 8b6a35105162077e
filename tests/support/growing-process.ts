/** A process that listens and does what it is told over HTTP: hold memory, open sockets, burn CPU, start a child, end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

const held: Buffer[] = [];
const sockets: Socket[] = [];

const server = createServer((incoming, response) => {
  const url = new URL(incoming.url ?? '/', 'http://local');
  const count = Number(url.searchParams.get('count') ?? 1);
  const act = async (): Promise<void> => {
    switch (url.pathname) {
      case '/hold':
        for (let at = 0; at < count; at++) held.push(Buffer.alloc(1024 * 1024, at + 1));
        return;
      case '/connect':
        for (let at = 0; at < count; at++) {
          const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
          await once(socket, 'connect');
          sockets.push(socket);
        }
        return;
      case '/burn':
        for (const until = process.cpuUsage().user + count * 1000; process.cpuUsage().user < until; ) Math.sqrt(count);
        return;
      case '/child': {
        // It ends with its parent, however that ends: its input is closed then.
        const script = 'process.stdin.on("end", () => process.exit()).resume(); console.log("up")';
        const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
        await once(child.stdout, 'data');
        return;
      }
      case '/exit':
        response.end('bye', () => process.exit(1));
        return;
    }
  };
  act().then(
    () => response.end('done'),
    (thrown) => response.writeHead(500).end(String(thrown)),
  );
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as AddressInfo).port}`);
});
// Nobody's child for long: whatever becomes of the test, this ends.
setTimeout(() => process.exit(0), 120_000).unref();
