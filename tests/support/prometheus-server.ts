import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, isInstalled, type RunningServer, startServer, temporaryFolder } from './server-process.ts';

/** Debian: `apt-get install prometheus`. */
export const prometheusIsInstalled = (): boolean => isInstalled('prometheus');

/** A Prometheus server that reads the given addresses each second. */
export async function startPrometheus(targets: readonly string[]): Promise<RunningServer> {
  const folder = await temporaryFolder('prometheus');
  const config = join(folder.path, 'prometheus.yml');
  const scrape = { job_name: 'shop', static_configs: [{ targets }] };
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }));
  const port = await freePort();
  const server = await startServer({
    program: 'prometheus',
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: /Server is ready to receive web requests/,
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
