/** compose.yaml without an engine: its shape, the files that it names, and what the programs say of their configurations. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readDaemonConfig } from '../src/daemon/config.ts';
import { isInstalled, temporaryFolder } from './support/server-process.ts';

const amount = z.string().regex(/^\d+(?:\.\d+)?[kmg]$/);
const time = z.string().regex(/^\d+(?:ms|s|m)$/);
const healthcheck = z.strictObject({
  test: z.tuple([z.literal('CMD')], z.string()),
  interval: time,
  timeout: time,
  retries: z.int().positive(),
  start_period: time.optional(),
});

/** The part of the compose specification that is used; another key is a mistake until it is added here. */
const service = z.strictObject({
  build: z
    .strictObject({ context: z.string(), target: z.string(), args: z.record(z.string(), z.string()).optional() })
    .optional(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  hostname: z.string().optional(),
  user: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: healthcheck.optional(),
  stop_grace_period: time.optional(),
  mem_limit: amount,
  pids_limit: z.int().positive(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  restart: z.literal('unless-stopped'),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
});
const composition = z.strictObject({
  name: z.string(),
  'x-confined': z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

const compose = composition.parse(parse(readFileSync('compose.yaml', 'utf8'), { merge: true }));
const services = Object.entries(compose.services);
const dockerfile = readFileSync('Dockerfile', 'utf8');

/** `source:target[:ro]` of every volume. */
const mounts = services.flatMap(([name, { volumes = [] }]) =>
  volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { name, source, target, mode };
  }),
);

describe('compose.yaml', () => {
  it('has soakd, an example to soak with what it needs, and all that watches', () => {
    expect(Object.keys(compose.services)).toEqual([
      'soakd',
      'shop',
      'redis',
      'mongodb',
      'prometheus',
      'alertmanager',
      'grafana',
    ]);
  });

  it('pins every image by a tag, and builds its own from stages that the Dockerfile has', () => {
    for (const [, { image, build }] of services) {
      if (build === undefined) expect(image).toMatch(/^[a-z/]+:v?\d+\.\d+\.\d+/);
      else expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
    }
  });

  it('can be reached from this machine only', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('says of every service whether it is well', () => {
    const own = services.filter(([, { build }]) => build !== undefined).map(([name]) => name);
    expect(services.filter(([name, { healthcheck: check }]) => check === undefined && !own.includes(name))).toEqual([]);
    expect(dockerfile.match(/^HEALTHCHECK /gm)).toHaveLength(own.length);
  });

  it('mounts files that exist, read-only, and volumes and secrets that are declared', () => {
    for (const { source, mode } of mounts) {
      if (!source.startsWith('./')) expect(Object.keys(compose.volumes)).toContain(source);
      else expect([source, existsSync(source), mode]).toEqual([source, true, 'ro']);
    }
    const used = services.flatMap(([, { secrets = [] }]) => secrets);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    const declared = Object.keys(compose.volumes);
    expect(declared.filter((volume) => !mounts.some(({ source }) => source === volume))).toEqual([]);
  });

  it('keeps no secret: they are files that git does not see', () => {
    const files = Object.values(compose.secrets).map(({ file }) => file);
    const others = services.flatMap(([, { env_file = [] }]) => env_file.map(({ path }) => path));
    const ignored = spawnSync('git', ['check-ignore', ...files, ...others], { encoding: 'utf8' });
    expect(ignored.stdout.trim().split('\n')).toEqual([...files, ...others]);
  });

  it('gives soakd a configuration that it takes, with the secrets and folders that are mounted', () => {
    const file = 'config/compose/soakd.yaml';
    const source = readFileSync(file, 'utf8');
    const inside = mounts.filter(({ name }) => name === 'soakd').map(({ target }) => target);
    for (const config of [source, source.replace(/^# (?=schedule:)/m, '')]) {
      expect(readDaemonConfig(config, file)).toMatchObject({ ok: true });
    }
    for (const [, path = ''] of source.matchAll(/^(?:data|profiles): (\S+)$/gm)) expect(inside).toContain(path);
    for (const [, name = ''] of `${source}${JSON.stringify(compose.services.soakd?.environment)}`.matchAll(
      /\/run\/secrets\/([\w-]+)/g,
    )) {
      expect(compose.services.soakd?.secrets).toContain(name);
    }
  });

  it('names services, where it names hosts, that there are, and ports on which they listen', () => {
    const texts = [
      'config/compose/soakd.yaml',
      'config/compose/prometheus.yaml',
      'config/grafana/provisioning/datasources/soakd.yaml',
    ];
    const places = [JSON.stringify(compose), ...texts.map((file) => readFileSync(file, 'utf8'))].join('\n');
    const named = [...places.matchAll(/(?:http|redis|mongodb):\/\/([a-z]+):(\d+)|'([a-z]+):(\d+)'/g)]
      .map(([, host, port, bare, barePort]) => `${host ?? bare}:${port ?? barePort}`)
      .filter((address) => !address.startsWith('localhost:'));
    const known = { soakd: 8089, shop: 8080, redis: 6379, mongodb: 27_017, prometheus: 9090, alertmanager: 9093 };
    const addresses = Object.entries(known).map(([host, port]) => `${host}:${port}`);
    expect(named.filter((address) => !addresses.includes(address))).toEqual([]);
    expect(new Set(named)).toEqual(new Set(addresses));
  });

  it('has the dashboard in place: the folder that Grafana is told, and the data source', () => {
    const provider = parse(readFileSync('config/grafana/provisioning/dashboards/soakd.yaml', 'utf8'));
    const folder = z
      .object({ providers: z.tuple([z.object({ options: z.object({ path: z.string() }) })]) })
      .parse(provider).providers[0].options.path;
    const dashboard = mounts.find(({ source }) => source.endsWith('soakd.json'));
    expect(dirname(dashboard?.target ?? '')).toBe(folder);
    expect(compose.services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(dashboard?.target);
  });

  it.skipIf(!isInstalled('promtool'))('gives Prometheus a configuration that it takes, with its rules', async () => {
    const folder = await temporaryFolder('compose');
    const token = join(folder.path, 'token');
    writeFileSync(token, 'token');
    const config = readFileSync('config/compose/prometheus.yaml', 'utf8').replace(
      '/run/secrets/soakd-read-token',
      token,
    );
    writeFileSync(join(folder.path, 'prometheus.yaml'), config);
    cpSync('config/prometheus/rules.yaml', join(folder.path, 'rules.yaml'));
    const checked = spawnSync('promtool', ['check', 'config', join(folder.path, 'prometheus.yaml')], {
      encoding: 'utf8',
    });
    await folder.remove();
    expect([checked.status, checked.stderr]).toEqual([0, '']);
    expect(checked.stdout).toMatch(/SUCCESS: \d+ rules found/);
  });
});
