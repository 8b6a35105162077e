import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort, isInstalled, type RunningServer, startServer, temporaryFolder } from './server-process.ts';

/** Debian: `apt-get install prometheus`. */
export const prometheusIsInstalled = (): boolean => isInstalled('prometheus');

/** A Prometheus server that reads the given addresses each second. */
export async function startPrometheus(targets: readonly string[]): Promise<RunningServer> {
  const scrape = { job_name: 'shop', static_configs: [{ targets }] };
  return startPrometheusWith({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] });
}

/** A Prometheus server with a configuration of one's own; files that it names must be absolute. */
export async function startPrometheusWith(configuration: object): Promise<RunningServer> {
  const folder = await temporaryFolder('prometheus');
  const config = join(folder.path, 'prometheus.yml');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configuration));
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
  return withFolder(server, folder);
}

const withFolder = (server: RunningServer, folder: { remove: () => Promise<void> }): RunningServer => ({
  ...server,
  async stop() {
    await server.stop();
    await folder.remove();
  },
});

const answered = z.object({
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }),
});
const listed = z.object({ data: z.array(z.string()) });

/** Asks a Prometheus server. */
export class PromClient {
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** How many numbers a query gave over the last seconds; rejects with the server's words when it makes no sense. */
  async numbers(query: string, untilMs: number, lastSeconds: number): Promise<number> {
    const end = untilMs / 1_000;
    const asked = new URLSearchParams({ query, start: String(end - lastSeconds), end: String(end), step: '1' });
    const answer = await this.#get(`/api/v1/query_range?${asked}`);
    const { result } = answered.parse(answer).data;
    return result.flatMap(({ values }) => values).filter(([, value]) => value !== 'NaN').length;
  }

  /** Values of a label among the series that fit, as `label_values(selector, label)` of Grafana. */
  async labelValues(selector: string, label: string): Promise<string[]> {
    const asked = new URLSearchParams({ 'match[]': selector });
    return listed.parse(await this.#get(`/api/v1/label/${label}/values?${asked}`)).data;
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`);
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }
}
