/** The HTTP API over soaks in simulated time; every answer is held against the OpenAPI document that it serves. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { createApi } from '../../src/api/api.ts';
import { readPage } from '../../src/api/page.ts';
import type { ApiPorts } from '../../src/api/ports.ts';
import { compareStored } from '../../src/compare/compare-stored.ts';
import { idleAlertWatch } from './alert-rig.ts';
import { memoryDutyStore } from './duty-store.ts';
import { idleSchedule } from './idle-schedule.ts';
import type { SimulatedStaging } from './simulated-staging.ts';

/** A day with a source of samples, scripted by the staging system. */
export const weeklySoak = `soak_test:
  name: weekly
  duration: 24h
  traffic_pattern:
    base_rate: 60
    warmup: 2h
  workload:
    kind: requests
    requests:
      - { name: list, path: / }
  monitoring:
    interval: 60s
    samplers:
      - { kind: scripted, name: agent }
`;

const root = new URL('../..', import.meta.url).pathname;

type Json = Record<string, unknown>;

interface Operation {
  responses: Record<string, { content: Record<string, { schema: Json }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Json;
}

export class ApiRig {
  readonly app: ReturnType<typeof createApi>;
  readonly stopping = new AbortController();
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

  constructor(staging: SimulatedStaging, changes: Partial<ApiPorts> = {}) {
    const duty = changes.duty ?? memoryDutyStore();
    this.app = createApi({
      control: staging.daemon(),
      store: staging.store,
      delivery: { health: () => [], heartbeat: () => ({ lastMs: null, problem: null }), test: async () => [] },
      duty,
      alerts: idleAlertWatch(staging, duty),
      schedule: idleSchedule,
      clock: staging.clock,
      log: pino({ level: 'silent' }),
      profiles: {
        names: () => ['weekly'],
        read: () => ({ source: weeklySoak, file: 'weekly.yaml' }),
        inlineAllowed: () => true,
      },
      access: () => ({ tokens: [], loopback: true, allowedHosts: [] }),
      version: '0.0.0-test',
      report: async (runId, format) => `${format} report of ${runId}`,
      compare: (before, after) => compareStored(staging.store, before, after),
      storeHealth: () => ({ backlogRows: 3, droppedRows: 1, problem: null }),
      tryStore: () => Promise.resolve(),
      selfUsage: () => ({ rssBytes: 1e8, heapUsedBytes: 5e7, cpuMs: 1_500, startedMs: 1_000, eventLoopLagMs: 2 }),
      reload: () => Promise.resolve({ changed: [], needsRestart: [] }),
      page: readPage(root),
      stopping: this.stopping.signal,
      ...changes,
    });
    this.#document = JSON.parse(JSON.stringify(this.app.openApi));
  }

  get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.ask({ method: 'GET', url, headers: { host: '127.0.0.1:8089', ...headers } });
  }

  post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.ask({
      method: 'POST',
      url,
      headers: { host: '127.0.0.1:8089', 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(body),
    });
  }

  /** Asks, and throws when the answer is not what the document says of it. */
  async ask(request: InjectOptions & { method: 'GET' | 'POST'; url: string }): Promise<LightMyRequestResponse> {
    const response = await this.app.inject(request);
    const path = this.#pathOf(request.url);
    // A route that does not exist is not described.
    if (path === null) return response;
    const operation = this.#document.paths[path]?.[request.method.toLowerCase()];
    if (operation === undefined) return response;
    const status = String(response.statusCode);
    const key = operation.responses[status] === undefined ? 'default' : status;
    if (key === 'default' && response.statusCode < 500) throw new Error(`${path}: ${status} is not described`);
    const mediaType = String(response.headers['content-type']).split(';')[0] ?? '';
    const content = operation.responses[key]?.content ?? {};
    const described = Object.keys(content).find((type) => type.split(';')[0] === mediaType);
    if (described === undefined) throw new Error(`${path} ${status}: ${mediaType} is not described`);
    if (!mediaType.endsWith('json') || path === '/v1/runs/{id}/report') return response;
    // References are into the whole document.
    const validate = this.#ajv.compile({ ...content[described]?.schema, components: this.#document.components });
    if (validate(response.json())) return response;
    throw new Error(`${path} ${status}: ${this.#ajv.errorsText(validate.errors)}`);
  }

  #pathOf(url: string): string | null {
    const path = url.split('?')[0] ?? '';
    const fits = (template: string): boolean => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return Object.keys(this.#document.paths).find(fits) ?? null;
  }
}
