import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, isInstalled, type RunningServer, startServer, temporaryFolder } from './server-process.ts';

/** Debian: `apt-get install prometheus-alertmanager`. */
export const alertmanagerIsInstalled = (): boolean => isInstalled('prometheus-alertmanager');

/** A real Alertmanager, by itself; it tells nobody unless its configuration says so. */
export async function startAlertmanager(
  configuration: object = { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] },
): Promise<RunningServer> {
  const folder = await temporaryFolder('alertmanager');
  const config = join(folder.path, 'alertmanager.yml');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configuration));
  const port = await freePort();
  const server = await startServer({
    program: 'prometheus-alertmanager',
    args: [
      `--config.file=${config}`,
      `--storage.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // No cluster: nothing of it listens.
      '--cluster.listen-address=',
    ],
    ready: /component=web|Listening|listening/i,
    port,
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
