import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpTarget } from './support/http-target.ts';
import { Soakd, soakd } from './support/soakd.ts';

const COMMANDS = [
  ...['run', 'daemon', 'start', 'stop', 'status', 'runs', 'report', 'rate', 'pause', 'resume', 'extend', 'annotate'],
  ...['replay', 'plan', 'validate', 'doctor', 'analyze', 'summary', 'history', 'baseline', 'gate', 'compare'],
];
const GOOD = 'tests/fixtures/cli/good.yaml';
const BAD = 'tests/fixtures/cli/bad.yaml';
/** Two days across the end of summer time in Berlin. */
const AT = ['--at', '2026-10-24T06:00:00Z'];

/** Address of a server on a free port of this machine. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : null}`;
}

describe('the program soakd', () => {
  let folder: string;
  /** Nothing listens there any more. */
  let nobody: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-cli-'));
    const target = await startHttpTarget(() => 0);
    nobody = target.url;
    await target.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('lists every command in its help, on stdout', async () => {
    const { code, out, said } = await soakd(['--help']);
    expect(code).toBe(0);
    expect(said).toBe('');
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each(COMMANDS)('explains %s with an example', async (command) => {
    const { code, out } = await soakd([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: soakd ${command}`);
    expect(out).toMatch(new RegExp(`Example:\\n  \\$ soakd ${command}`));
  });

  it('ends with 5 for a defect of its own: 1 would say that a soak failed', async () => {
    const defect = `setInterval(() => {
      if (process.listenerCount('uncaughtException') > 0) Promise.reject(new Error('forgotten'));
    }, 5)`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(defect)}`;
    const { code, said } = await soakd(['--version'], { env: { NODE_OPTIONS } });
    expect(said).toContain('soakd: internal error: Error: forgotten');
    expect(code).toBe(5);
  });

  it('ends with 5 and a hint when a part of its installation is missing', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(join(broken, 'bin'), { recursive: true });
    mkdirSync(join(broken, 'dist', 'cli'), { recursive: true });
    cpSync('bin', join(broken, 'bin'), { recursive: true });
    writeFileSync(join(broken, 'package.json'), '{"type": "module"}');
    writeFileSync(join(broken, 'dist', 'cli', 'main.js'), "import 'commander';");
    const { code, said } = await soakd(['--version'], { launcher: join(broken, 'bin', 'soakd') });
    expect(said).toMatch(/^soakd: cannot start: .*'commander'.*\nhint: npm run setup/);
    expect(code).toBe(5);
  });

  it('says its version', async () => {
    expect(await soakd(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    ['an unknown command', ['soak'], "unknown command 'soak'"],
    ['an unknown option', ['runs', '--al'], "unknown option '--al'"],
    ['a missing argument', ['run'], "missing required argument 'profile'"],
    ['an argument too many', ['runs', 'all'], 'too many arguments'],
    ['a duration without unit', ['run', GOOD, '--rehearse', '6'], '"6" is not a duration; write for example'],
    ['an instant that is none', ['plan', GOOD, '--at', 'tomorrow'], 'ISO 8601'],
    ['an instant without a zone', ['run', GOOD, '--start-at', '2027-01-01T00:00'], 'no zone: write an ISO 8601'],
    ['a factor that is none', ['rate', 'RUN', 'twice'], 'a factor from 0.01 to 100'],
    ['a factor of nearly nothing', ['rate', 'RUN', '1e-9'], '`soakd pause` stops the load'],
    ['an unknown format', ['report', 'RUN', '--format', 'pdf'], 'summary, md, html, json, junit'],
  ])('ends with 2 for %s, and says where help is', async (_, args, message) => {
    const { code, out, said } = await soakd(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(said).toMatch(/^soakd: /);
    expect(said).toContain(message);
    expect(said).toMatch(/^hint: soakd .*--help/m);
  });

  it('works from any folder', async () => {
    expect((await soakd(['--version'], { cwd: folder })).code).toBe(0);
  });

  describe('validate', () => {
    it('names every problem with its place and a hint, and ends with 2', async () => {
      const { code, out, said } = await soakd(['validate', GOOD, BAD]);
      expect(code).toBe(2);
      expect(said).toBe(`${GOOD}: ok\n`);
      await expect(out).toMatchFileSnapshot('fixtures/cli/bad.expected.txt');
    });

    it('gives the same as JSON', async () => {
      const { code, out } = await soakd(['validate', BAD, '--json']);
      expect(code).toBe(2);
      const { valid, problems } = JSON.parse(out);
      expect(valid).toBe(false);
      expect(problems[0]).toMatchObject({ file: BAD, line: 3, column: 13, path: 'soak_test.duration' });
    });

    it('ends with 0 when all is well, and with 2 for a file that is not there', async () => {
      expect(await soakd(['validate', GOOD])).toMatchObject({ code: 0, out: '' });
      expect(await soakd(['validate', 'nowhere.yaml'])).toMatchObject({
        code: 2,
        out: expect.stringContaining('no such'),
      });
    });

    it('says of a folder that it is one', async () => {
      expect(await soakd(['validate', folder])).toMatchObject({
        code: 2,
        out: `${folder}: it is a folder; name a file in it\n`,
      });
      expect(await soakd(['daemon', '--config', folder])).toMatchObject({
        code: 2,
        said: `soakd: the configuration ${folder} cannot be read: it is a folder\nhint: name a file in it\n`,
      });
    });
  });

  describe('plan', () => {
    it('shows the curve, the totals, the change of the clocks, the criteria and the defaults', async () => {
      const { code, out } = await soakd(['plan', GOOD, ...AT]);
      expect(code).toBe(0);
      await expect(out).toMatchFileSnapshot('fixtures/cli/plan.expected.txt');
    });

    it('draws the calibration windows, and says where they meet hours that are not judged', async () => {
      const { code, out } = await soakd(['plan', 'tests/fixtures/cli/day.yaml', ...AT]);
      expect(code).toBe(0);
      await expect(out).toMatchFileSnapshot('fixtures/cli/plan-day.expected.txt');
    });

    it('gives the numbers as JSON and the curve as CSV', async () => {
      const json = JSON.parse((await soakd(['plan', GOOD, ...AT, '--format', 'json'])).out);
      expect(json).toMatchObject({ name: 'Two days of a shop', timezone: 'Europe/Berlin' });
      const [head, ...rows] = (await soakd(['plan', GOOD, ...AT, '--format', 'csv'])).out.trimEnd().split('\n');
      const column = (head ?? '').split(',').indexOf('planned_requests');
      const requests = rows.reduce((sum, row) => sum + Number(row.split(',')[column]), 0);
      expect(requests / json.totalRequests).toBeCloseTo(1, 2);
    });

    it.each([
      ['1ms', 'a rehearsal takes at least 30 s'],
      ['99h', 'the rehearsal is longer than the run'],
    ])('refuses a rehearsal in %s as `run` does', async (length, words) => {
      const { code, out, said } = await soakd(['plan', GOOD, '--rehearse', length]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(said).toContain(`soakd: ${words}\nhint: `);
    });

    it('refuses a bad profile with every problem', async () => {
      const { code, out, said } = await soakd(['plan', BAD]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(said).toContain(`${BAD}:6:5 soak_test.traffic_pattern.peek_hours`);
      expect(said).not.toMatch(/\n\s+at /);
      expect(said).toMatch(/^soakd: the profile has 3 problems\n {2}\S[\s\S]*\nhint: docs\/profile\.md/);
    });

    it('colours only when asked to, and never with NO_COLOR', async () => {
      const colours = async (env: Record<string, string>): Promise<boolean> =>
        (await soakd(['plan', GOOD, ...AT], { env })).out.includes('\u001b[');
      expect(await colours({})).toBe(false);
      expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
      expect(await colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    });
  });

  describe('without a daemon', () => {
    it.each([['status'], ['stop'], ['pause', 'RUN']])('%s says how to start one, and ends with 5', async (...args) => {
      const { code, said } = await soakd(args, { env: { SOAKD_URL: nobody } });
      expect(code).toBe(5);
      expect(said).toContain(`soakd: no daemon answers at ${nobody}`);
      expect(said).toContain('hint: start one with `soakd daemon`');
    });

    it('runs asks the daemon that is named, not the store', async () => {
      expect((await soakd(['runs', '--url', nobody])).code).toBe(5);
    });

    it('an address that is none is bad input', async () => {
      expect(await soakd(['status', '--url', 'soak-host'])).toMatchObject({ code: 2 });
    });

    it('another program at that address is told from a daemon', async () => {
      const other = createServer((_, response) => response.end('<html>hello</html>'));
      const url = await listening(other);
      const { code, said } = await soakd(['status', '--url', url]);
      other.close();
      expect(code).toBe(5);
      expect(said).toContain('does not understand');
    });

    it('every problem that a daemon finds with a request has its own line', async () => {
      const problem = {
        ...{ type: 'urn:soakd:problem:request_invalid', title: 'Bad Request', status: 400, instance: 'urn:x' },
        ...{ detail: 'body factor: is too large', code: 'request_invalid', hint: '/openapi.json describes it' },
        problems: [{ in: 'body', path: 'factor', problem: 'is too large', hint: 'write at most 100' }],
      };
      const other = createServer((_, response) => {
        response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
      });
      const url = await listening(other);
      const { code, said } = await soakd(['stop', 'RUN', '--url', url]);
      other.close();
      expect({ code, said }).toEqual({
        code: 2,
        said: `soakd: ${url} refuses the request\n  body factor: is too large; write at most 100\nhint: /openapi.json describes it\n`,
      });
    });

    it('replay says that a daemon which is named does not give the rows away, and looks in no other folder', async () => {
      const { code, said } = await soakd(['replay', 'RUN'], { cwd: folder, env: { SOAKD_URL: nobody } });
      expect(code).toBe(2);
      expect(said).toContain(`soakd: replay needs the rows of a run, which ${nobody} does not give away`);
      expect(said).toMatch(/^hint: name the data folder .*--data.*`soakd report RUN`/m);
      const named = await soakd(['replay', 'RUN', '--url', nobody, '--data', join(folder, 'nothing-here')]);
      expect(named.said).toContain('there is no store at');
    });

    it('runs and report say that there is no store', async () => {
      for (const args of [['runs'], ['report', 'RUN'], ['replay', 'RUN']]) {
        const { code, said } = await soakd([...args, '--data', join(folder, 'nothing-here')]);
        expect(code).toBe(2);
        expect(said).toContain('there is no store at');
      }
    });
  });

  describe('a data folder that cannot be', () => {
    it.each([['doctor'], ['daemon'], ['run', GOOD]])('is refused by %s, with what to do', async (...args) => {
      const data = '/proc/soakd/data';
      const { code, said } = await soakd([...args, '--data', data]);
      expect(code).toBe(5);
      expect(said).toContain(`soakd: the folder ${data} cannot be used: its file system takes no new folders`);
      expect(said).toMatch(/^hint: name another folder with --data or SOAKD_DATA$/m);
    });

    it('is told by its name where a file is in the way', async () => {
      const file = join(folder, 'not-a-folder');
      writeFileSync(file, '');
      const { code, said } = await soakd(['doctor', '--data', file]);
      expect(code).toBe(5);
      expect(said).toContain(`soakd: the folder ${file} cannot be used: a file is in its place`);
    });

    it('is found out for the report before the run begins', async () => {
      const args = ['run', GOOD, '--target', nobody, '--data', join(folder, 'out'), '--out', '/proc/soakd/report'];
      const { code, said } = await soakd(args);
      expect(code).toBe(5);
      expect(said).toMatch(/^soakd: the folder \/proc\/soakd\/report cannot be used.*\nhint: .*--out\n$/);
    });
  });

  describe('doctor', () => {
    it('checks what a run needs, each sampler too, and says what to do about the rest', async () => {
      const target = await startHttpTarget(() => 0);
      const profile = 'tests/fixtures/cli/samplers.yaml';
      const args = ['doctor', profile, '--target', target.url, '--data', join(folder, 'doctor')];
      const { code, out } = await soakd([...args, '--json']);
      await target.close();
      const { ready, checks }: { ready: boolean; checks: { subject: string; status: string; hint: string | null }[] } =
        JSON.parse(out);
      expect(checks.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining(['k6', 'store', 'disk', 'clock', 'target', 'sampler health', 'sampler metrics']),
      );
      const statusOf = (name: string) => checks.find(({ subject }) => subject === name)?.status;
      expect(statusOf('store')).toBe('ok');
      expect(statusOf('target')).toBe('ok');
      expect(statusOf('sampler health')).toBe('ok');
      expect(statusOf('sampler metrics')).toBe('failed');
      for (const { status, hint } of checks) expect(hint === null).toBe(status === 'ok');
      expect({ ready, code }).toEqual({ ready: false, code: 5 });
    });

    it('finds a k6 that is not there', async () => {
      const env = { SOAKD_K6: join(folder, 'no-k6') };
      const { code, out } = await soakd(['doctor', '--data', join(folder, 'doctor')], { env });
      expect(code).toBe(5);
      expect(out).toMatch(/✘ k6: k6 is not there.*\n {4}hint: .*SOAKD_K6/);
    });
  });

  describe('a workload that could not begin', () => {
    const SCRIPT = resolve('tests/fixtures/own-script.js');
    const profileOf = (workload: string): string => {
      const file = join(folder, 'unfit.yaml');
      writeFileSync(
        file,
        `soak_test:
  name: unfit
  duration: 10m
  traffic_pattern: { base_rate: 60 }
  workload: ${workload}
`,
      );
      return file;
    };
    const unfit: [string, string, RegExp][] = [
      [
        'variables are missing',
        `{ kind: requests, requests: [{ path: /, headers: { a: "Bearer $\{env:NOPE_ONE}", b: env:NOPE_TWO } }] }`,
        /workload: the workload needs NOPE_ONE, NOPE_TWO from the environment/,
      ],
      [
        'the script does not export its function',
        `{ kind: script, file: ${SCRIPT}, exec: nope, requests_per_iteration: 1 }`,
        /workload: \S+own-script\.js exports no function "nope"/,
      ],
    ];

    it.each(unfit)('is found by doctor: %s', async (_, workload, finding) => {
      const { code, out } = await soakd(['doctor', profileOf(workload), '--data', join(folder, 'unfit')]);
      expect(out).toMatch(finding);
      expect(code).toBe(5);
    });

    it.each(unfit)('is refused by run and start, and leaves no run: %s', async (_, workload, finding) => {
      const target = await startHttpTarget(() => 0);
      const data = join(folder, 'unfit');
      const profile = profileOf(workload);
      const run = await soakd(['run', profile, '--target', target.url, '--data', data]);
      const config = join(folder, 'unfit-daemon.yaml');
      writeFileSync(config, 'listen: 127.0.0.1:0\n');
      const daemon = new Soakd(['daemon', '--config', config, '--data', data]);
      const [url] = await daemon.until('out', /http:\S+/);
      const start = await soakd(['start', profile, '--target', target.url, '--url', url]);
      daemon.kill('SIGTERM');
      await daemon.ended;
      await target.close();
      for (const { code, said } of [run, start]) {
        expect(said).toMatch(finding);
        expect(code).toBe(5);
      }
      expect(JSON.parse((await soakd(['runs', '--json', '--data', data])).out).runs).toEqual([]);
    });

    it('can begin where the script is fit, however it uses its target and the environment', async () => {
      const profile = profileOf(`{ kind: script, file: ${SCRIPT}, exec: browse, requests_per_iteration: 1 }`);
      const { out } = await soakd(['doctor', profile, '--data', join(folder, 'unfit')]);
      expect(out).toMatch(/✔ workload: \S+own-script\.js exports "browse"/);
    });
  });

  describe('run', () => {
    it('does not begin for a bad profile, or without a target', async () => {
      expect((await soakd(['run', BAD])).code).toBe(2);
      const { code, said } = await soakd(['run', 'loadprofiles/smoke-10m.yaml']);
      expect(code).toBe(2);
      expect(said).toContain('--target');
    });

    it('does not begin when the target is not there, and ends with 5', async () => {
      const args = ['run', GOOD, '--target', nobody, '--data', join(folder, 'run')];
      const { code, said } = await soakd(args);
      expect(code).toBe(5);
      expect(said).toMatch(/^soakd: .*target/m);
    });
  });
});
