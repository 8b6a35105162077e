import { existsSync } from 'node:fs';
import { buildFerretdb, ferretdbPath } from '../../scripts/ferretdb.ts';
import { findGo } from '../../src/load/k6-build/go.ts';
import { type RunningServer, startServer, temporaryFolder } from './server-process.ts';

/** False, with a line that says so, where FerretDB is not built and cannot be; in CI that is for the test to fail on. */
export function ferretdbCanRun(): boolean {
  if (existsSync(ferretdbPath(process.env)) || findGo(process.env, process.cwd()) !== null || process.env.CI === 'true')
    return true;
  console.log('skipped: FerretDB is not built, and no Go is installed to build it');
  return false;
}

/** A server of the MongoDB protocol with an empty database. The first use builds it, which takes a minute. */
export async function startFerretdb(port = 0): Promise<RunningServer> {
  const program = buildFerretdb(process.env, (line) => console.log(line));
  const folder = await temporaryFolder('ferretdb');
  const server = await startServer({
    program,
    args: [
      '--handler=sqlite',
      `--sqlite-url=file:${folder.path}/`,
      `--state-dir=${folder.path}`,
      `--listen-addr=127.0.0.1:${port}`,
      '--debug-addr=-',
      '--telemetry=disable',
    ],
    ready: /Listening on TCP 127\.0\.0\.1:(\d+)/,
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
