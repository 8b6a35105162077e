import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../config/problem.ts';
import { daemonJsonSchema, defaultDaemonConfig, parseListen, readDaemonConfig } from './config.ts';

const problemsOf = (source: string): string[] => {
  const read = readDaemonConfig(source, '/etc/soakd/soakd.yaml');
  return read.ok ? [] : read.problems.map(formatProblem);
};

describe('the configuration of the daemon', () => {
  it('that is shipped as an example says what the defaults are', () => {
    const file = 'config/soakd.yaml';
    expect(readDaemonConfig(readFileSync(file, 'utf8'), file)).toEqual({ ok: true, config: defaultDaemonConfig() });
  });

  it('of the container image is open to others, so that it needs a token', () => {
    const file = 'config/soakd.container.yaml';
    const read = readDaemonConfig(readFileSync(file, 'utf8'), file);
    expect(read.ok && read.config.listen).toEqual({ host: '0.0.0.0', port: 8089 });
  });

  it('has each of its keys described for operators', () => {
    const described = ['operations', 'notifications', 'schedule']
      .map((page) => readFileSync(`docs/${page}.md`, 'utf8'))
      .join('\n');
    const { properties } = JSON.parse(JSON.stringify(daemonJsonSchema()));
    const names = Object.keys(properties).flatMap((key) =>
      Object.keys(properties[key].properties ?? { '': null }).map((inner) => (inner === '' ? key : `${key}.${inner}`)),
    );
    expect(names).toContain('fence.max_rate');
    for (const name of names) expect(described, name).toContain(`\`${name}\``);
  });

  it('may be empty', () => {
    expect(readDaemonConfig('# nothing yet\n', 'soakd.yaml')).toEqual({ ok: true, config: defaultDaemonConfig() });
  });

  it('reads every key, with paths beside the file', () => {
    const source = `
data: state
listen: "[::]:9000"
token_file: token
read_token_file: readers
allowed_hosts: [Soakd.Staging.Example]
log_level: warn
fence: { targets: ["*.staging.example", 10.0.0.0/8], samplers: [any], max_rate: 600, max_requests: 1000 }
profiles: shelf
allow_inline_profiles: false
profile_files: profiles
spool_retention: 2d
alerts: { file: rules.yaml }
retention: { rows: forever, verdicts: 365d }
heartbeat: { url: env:HEARTBEAT_URL, every: 2m }
schedule: { file: schedule.yaml, target: "http://shop.staging.example/", clock_offset: 5d3h }
`;
    expect(readDaemonConfig(source, '/etc/soakd/soakd.yaml')).toEqual({
      ok: true,
      config: {
        dataFolder: '/etc/soakd/state',
        listen: { host: '::', port: 9000 },
        tokenFile: '/etc/soakd/token',
        readTokenFile: '/etc/soakd/readers',
        allowedHosts: ['soakd.staging.example'],
        logLevel: 'warn',
        fence: {
          targets: ['*.staging.example', '10.0.0.0/8'],
          samplers: ['any'],
          maxRatePerMinute: 600,
          maxRequests: 1000,
        },
        shelfFolder: '/etc/soakd/shelf',
        inlineProfiles: false,
        profileFolder: '/etc/soakd/profiles',
        alertsFile: '/etc/soakd/rules.yaml',
        retention: { spoolMs: 2 * 86_400_000, rowsMs: null, verdictsMs: 365 * 86_400_000 },
        notify: defaultDaemonConfig().notify,
        heartbeat: { url: 'env:HEARTBEAT_URL', everyMs: 120_000 },
        schedule: {
          file: '/etc/soakd/schedule.yaml',
          targetUrl: 'http://shop.staging.example',
          clockOffsetMs: 123 * 3_600_000,
        },
      },
    });
  });

  it('tells all its problems at once, each with its place and a hint', () => {
    const source = `listn: 127.0.0.1:8089
listen: 8089
log_level: loud
fence:
  targets: [10.0.0.0/99]
  max_rate: 0
spool_retention: 14
`;
    expect(problemsOf(source)).toEqual([
      '/etc/soakd/soakd.yaml:1:1 listn: unknown key "listn"; did you mean listen?',
      '/etc/soakd/soakd.yaml:2:9 listen: 8089 is not an address with a port; write for example 127.0.0.1:8089 or [::1]:8089',
      '/etc/soakd/soakd.yaml:3:12 log_level: "loud" is not one of debug, info, warn, error; write one of them',
      '/etc/soakd/soakd.yaml:5:13 fence.targets.0: "10.0.0.0/99" is no address; write a name, *.example.org, an address, a network such as 10.0.0.0/8, or loopback, private, any',
      '/etc/soakd/soakd.yaml:6:13 fence.max_rate: 0 is not above 0; write more than 0',
      '/etc/soakd/soakd.yaml:7:18 spool_retention: 14 has no unit; write 14s, 14m or 14h',
    ]);
  });

  it('tells where the YAML is broken', () => {
    expect(problemsOf('listen: [127.0.0.1:8089\n')[0]).toMatch(/^\/etc\/soakd\/soakd.yaml:\d+:\d+: /);
  });

  it('has a schema for editors that is current', () => {
    expect(JSON.parse(readFileSync('config/daemon.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(daemonJsonSchema())),
    );
  });
});

describe('an address to listen on', () => {
  it('has a host and a port', () => {
    expect(parseListen('localhost:0')).toEqual({ ok: true, value: { host: 'localhost', port: 0 } });
    expect(parseListen('[::1]:80')).toEqual({ ok: true, value: { host: '::1', port: 80 } });
    for (const input of ['8089', ':8089', '127.0.0.1', '127.0.0.1:65536', '::1:80', '', 8089, null]) {
      expect(parseListen(input).ok).toBe(false);
    }
  });
});
