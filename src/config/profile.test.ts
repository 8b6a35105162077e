import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reply } from '../../examples/shop-agent/agent.ts';
import { CRITERIA } from '../model/criteria.ts';
import type { Profile } from '../model/profile.ts';
import { DEFAULT_CONVERSATIONS } from './default-conversations.ts';
import { formatProblem, type ParseProfileOptions, parseProfile } from './profile.ts';

const options: ParseProfileOptions = { fileName: 'soak.yaml', readFile: (path) => readFileSync(path, 'utf8') };

function read(source: string, more: Partial<ParseProfileOptions> = {}) {
  const result = parseProfile(source, { ...options, ...more });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result;
}

const soak = (body: string, traffic = 'base_rate: 30'): string =>
  `soak_test:\n  name: Soak\n  duration: 24h\n  traffic_pattern: { ${traffic} }\n${body}`;
const profileOf = (body: string, traffic?: string): Profile => read(soak(body, traffic)).profile;
const problemsOf = (source: string, more: Partial<ParseProfileOptions> = {}): string[] => {
  const result = parseProfile(source, { ...options, ...more });
  return result.ok ? [] : result.problems.map(formatProblem);
};

describe('a number that cannot be meant', () => {
  it.each([
    ['base_rate: .inf', '.inf is not a rate'],
    ['base_rate: .nan', '.nan is not a rate'],
    ['base_rate: 30, peak_multiplier: .inf', '.inf is not a number'],
    ['base_rate: 30, seed: 99999999999999999999', '100000000000000000000 is too large; write at most 2147483647'],
    ['base_rate: 30, seed: -99999999999999999999', '-100000000000000000000 is below 0; write at least 0'],
    [
      `base_rate: 30, hourly_multipliers: [${Array(24).fill(0)}]`,
      'leaves no load at all: the factor of each hour is 0',
    ],
    [
      'base_rate: 30, weekday_multipliers: { mon: 0, tue: 0, wed: 0, thu: 0, fri: 0, sat: 0, sun: 0 }',
      'leaves no load at all: the factor of each day is 0',
    ],
  ])('is one problem: %s', (traffic, words) => {
    const problems = problemsOf(soak('', traffic));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
  });
});

describe('replicas of one service', () => {
  const samplers = (...names: string[]): string =>
    `  monitoring:\n    samplers:\n${names.map((name) => `      - { kind: process, name: ${name}, replica_of: shop }\n`).join('')}`;

  it('say whose they are', () => {
    const { monitoring } = profileOf(samplers('shop-1', 'shop-2'));
    expect(monitoring.samplers.map(({ name, replicaOf }) => [name, replicaOf])).toEqual([
      ['shop-1', 'shop'],
      ['shop-2', 'shop'],
    ]);
    expect(monitoring.samplers[0]?.settings).toEqual({});
  });

  it('are not named like the sum of them', () => {
    expect(problemsOf(soak(samplers('shop', 'shop-2'))).join()).toContain('is the name of a sampler, and of the sum');
  });
});

describe('stop_early', () => {
  it('is off unless the profile says certain', () => {
    expect(profileOf('').stopEarly).toBeUndefined();
    expect(profileOf('  stop_early: off\n').stopEarly).toBeUndefined();
    expect(profileOf('  stop_early: certain\n').stopEarly).toBe('certain');
  });

  it('knows no other word', () => {
    expect(problemsOf(soak('  stop_early: maybe\n'))).toEqual([expect.stringContaining('soak_test.stop_early: ')]);
  });
});

it('control characters of a profile are written out in its problems', () => {
  const [problem] = problemsOf(soak('  "\\e]0;title\\a": 1\n'));
  expect(problem).toContain('unknown key "\\x1b]0;title\\x07"');
  expect(problemsOf(soak(''), { fileName: 'a\u009b31m.yaml' }).join('')).not.toMatch(/\p{Cc}/u);
});

describe('the 72 h soak of the reliability testing plan', () => {
  const { profile, defaults } = read(readFileSync('loadprofiles/soak-72h.yaml', 'utf8'), {
    overrides: { targetUrl: 'http://127.0.0.1:8080/' },
    systemTimezone: 'Europe/Berlin',
  });

  it('stands byte for byte as §9.1 has it', () => {
    const digest = createHash('sha256').update(readFileSync('loadprofiles/soak-72h.yaml')).digest('hex');
    expect(digest).toBe('0368d73e66cfc2440f03617c01f742ac88d49a739d97c5088676abc8d2e7b15b');
  });

  it('is read as it stands', () => {
    expect(profile).toMatchObject({
      name: 'MultiAgent V2 - 72 Hour Soak Test',
      durationMs: 72 * 3_600_000,
      targetUrl: 'http://127.0.0.1:8080',
      users: {
        kinds: { new: 0.3, returning: 0.5, power: 0.2 },
        patterns: { simple_query: 0.4, multi_turn: 0.35, complex_workflow: 0.25 },
      },
      monitoring: {
        intervalMs: 60_000,
        alerts: [
          { metric: 'response_time_p95', threshold: 5000, unit: 'milliseconds', severity: 'warning' },
          { metric: 'error_rate', threshold: 2, unit: 'percent', severity: 'critical' },
          { metric: 'memory_usage', threshold: 85, unit: 'percent', severity: 'warning' },
        ],
      },
    });
    const { hourlyMultipliers, peakMultiplier, timezone } = profile.traffic;
    expect(hourlyMultipliers.filter((factor) => factor === 2.5)).toHaveLength(10);
    expect(hourlyMultipliers.filter((factor) => factor === 0.3)).toHaveLength(8);
    expect([peakMultiplier, timezone]).toEqual([2.5, 'Europe/Berlin']);
  });

  it('sets four criteria itself and takes the others from the plan', () => {
    const own = profile.criteria
      .filter(({ fromProfile }) => fromProfile)
      .map(({ id, comparison, target }) => [id, comparison, target]);
    expect(own).toEqual([
      ['availability', '>=', 99.5],
      ['error_rate', '<=', 1],
      ['memory_leak', '<', 5],
      ['response_time_degradation', '<', 10],
    ]);
    const withDefault = CRITERIA.filter((criterion) => criterion.default !== null).map(({ id }) => id);
    expect(profile.criteria.map(({ id }) => id)).toEqual(withDefault);
  });

  it('names every default that was filled in', () => {
    const paths = defaults.map(({ path }) => path);
    expect(paths).toContain('traffic_pattern.ramp');
    expect(paths).toContain('workload.timeout');
    expect(paths).toContain('success_criteria.mtbf');
    expect(paths).not.toContain('success_criteria.availability');
    expect(defaults.find(({ path }) => path === 'traffic_pattern.warmup')?.value).toContain('1h');
  });

  it('says of a sampler whose it is only where the profile does, and in known words', () => {
    const sampled = (role: string) => soak(`\n  monitoring: { samplers: [{ kind: process, ${role} port: 9 }] }\n`);
    const { samplers } = read(sampled('role: dependency,')).profile.monitoring;
    expect(samplers).toEqual([{ kind: 'process', name: 'process', role: 'dependency', settings: { port: 9 } }]);
    expect(read(sampled('')).profile.monitoring.samplers[0]).not.toHaveProperty('role');
    expect(problemsOf(sampled('role: dependant,')).join()).toContain('did you mean dependency?');
  });

  it('finds the process of a target on this machine by its port, and warns when memory cannot be sampled', () => {
    expect(profile.monitoring.samplers).toEqual([{ kind: 'process', name: 'target', settings: { port: 8080 } }]);
    const far = read(soak(''), { overrides: { targetUrl: 'https://staging.example' } });
    expect(far.profile.monitoring.samplers).toEqual([]);
    expect(far.warnings.map(({ problem }) => problem).join()).toContain('memory cannot be judged');
  });
});

describe('shipped profiles', () => {
  it.each(readdirSync('loadprofiles').filter((name) => name.endsWith('.yaml')))('%s is valid', (name) => {
    expect(problemsOf(readFileSync(`loadprofiles/${name}`, 'utf8'), { fileName: `loadprofiles/${name}` })).toEqual([]);
  });

  it('continuous-24h reads the criteria of R-001 under their other names', () => {
    const { criteria, criteriaOff } = read(readFileSync('loadprofiles/continuous-24h.yaml', 'utf8')).profile;
    const own = criteria
      .filter(({ fromProfile }) => fromProfile)
      .map(({ id, comparison, target, unit }) => [id, comparison, target, unit]);
    expect(own).toEqual([
      ['availability', '>=', 99.5, 'percent'],
      ['error_rate', '<=', 1, 'percent'],
      ['response_time_p95', '<=', 4000, 'milliseconds'],
      ['memory_leak', '<=', 10, 'percent_per_24h'],
      ['crashes', '==', 0, 'count'],
    ]);
    expect(criteriaOff).toEqual([]);
  });
});

describe('the default conversations', () => {
  it('are answered by the example shop with the expected words', () => {
    const misses: string[] = [];
    for (const conversation of Object.values(DEFAULT_CONVERSATIONS).flat()) {
      const session = { id: 's', turns: 0, cart: [], shown: [] };
      for (const { message, expect: words } of conversation.turns) {
        const answer = reply(session, message).toLowerCase();
        for (const word of words) if (!answer.includes(word)) misses.push(`${message} → ${answer}: no ${word}`);
      }
    }
    expect(misses).toEqual([]);
  });

  it('have the turns that the patterns are named for', () => {
    const turns = (pattern: keyof typeof DEFAULT_CONVERSATIONS): number[] =>
      DEFAULT_CONVERSATIONS[pattern].map((conversation) => conversation.turns.length);
    expect(new Set(turns('simple_query'))).toEqual(new Set([1]));
    expect(new Set(turns('multi_turn'))).toEqual(new Set([3, 4]));
    expect(new Set(turns('complex_workflow'))).toEqual(new Set([6, 7, 8]));
  });
});

describe('traffic', () => {
  it('takes rates a second, a minute and an hour', () => {
    const rate = (text: string): number => profileOf('', `base_rate: ${text}`).traffic.baseRatePerMinute;
    expect(['30', '30/min', '2/s', '1800/h', '45 requests/min'].map(rate)).toEqual([30, 30, 120, 30, 45]);
  });

  it('takes all 24 hours at once, and the highest of them is the peak', () => {
    const { traffic } = profileOf(
      '',
      `base_rate: 30, hourly_multipliers: [${Array.from({ length: 24 }, (_, hour) => hour / 4)}]`,
    );
    expect(traffic.hourlyMultipliers[23]).toBe(5.75);
    expect(traffic.peakMultiplier).toBe(5.75);
  });

  it('takes some days of the week, and leaves the others at 1', () => {
    expect(
      profileOf('', 'base_rate: 30, weekday_multipliers: { sat: 0.5, sun: 0 }').traffic.weekdayMultipliers,
    ).toEqual([1, 1, 1, 1, 1, 0.5, 0]);
  });

  it('takes a recorded curve from a file beside the profile', () => {
    const { traffic } = read(soak('', 'curve: { file: good-curve.csv }'), {
      fileName: 'tests/profiles/bad/x.yaml',
    }).profile;
    expect(traffic.curve).toEqual({
      file: 'good-curve.csv',
      clock: 'day',
      points: [
        { offsetMs: 8 * 3_600_000, ratePerMinute: 30 },
        { offsetMs: 20 * 3_600_000, ratePerMinute: 60 },
      ],
    });
    expect(traffic.baseRatePerMinute).toBe(45);
  });
});

describe('workloads', () => {
  it('of weighted requests send one request an iteration', () => {
    const { workload } = profileOf(`
  workload:
    kind: requests
    timeout: 2s
    requests:
      - path: /api/products?q=shirt
        weight: 3
      - name: add to cart
        method: POST
        path: /api/cart
        headers: { authorization: env:API_TOKEN }
        body: { product: 7 }
        checks: { status: [200, 201], contains: added }
`);
    expect(workload).toEqual({
      kind: 'requests',
      timeoutMs: 2000,
      requestsPerIteration: 1,
      longestIterationMs: 2000,
      requests: [
        {
          name: 'GET /api/products?q=shirt',
          weight: 3,
          method: 'GET',
          path: '/api/products?q=shirt',
          headers: {},
          body: null,
          checks: { status: null, contains: [] },
        },
        {
          name: 'add to cart',
          weight: 1,
          method: 'POST',
          path: '/api/cart',
          headers: { 'content-type': 'application/json', authorization: 'env:API_TOKEN' },
          body: '{"product":7}',
          checks: { status: [200, 201], contains: ['added'] },
        },
      ],
    });
  });

  it('of an own script find it beside the profile', () => {
    const source = soak(
      '\n  workload: { kind: script, file: ./profile.test.ts, exec: visit, requests_per_iteration: 4 }\n',
    );
    expect(read(source, { fileName: 'src/config/x.yaml' }).profile.workload).toEqual({
      kind: 'script',
      file: resolve('src/config/profile.test.ts'),
      exec: 'visit',
      timeoutMs: 30_000,
      requestsPerIteration: 4,
      longestIterationMs: 120_000,
    });
  });

  it('of chats count the requests of the mix, and only patterns that occur lengthen an iteration', () => {
    const { workload } = profileOf('\n  user_simulation: { conversation_patterns: { simple_query: 1 } }\n');
    expect(workload).toMatchObject({ requestsPerIteration: 1, longestIterationMs: 30_000 });
  });
});

describe('success criteria', () => {
  const criterion = (text: string) =>
    profileOf(`\n  success_criteria: { ${text} }\n`).criteria.find(({ fromProfile }) => fromProfile);

  it('are kept in their own units', () => {
    expect(criterion('mtbf: ">= 2d"')).toMatchObject({ target: 48, unit: 'hours' });
    expect(criterion('mttr: "<= 1m"')).toMatchObject({ target: 60, unit: 'seconds' });
    expect(criterion('response_time_p99: "< 750ms"')).toMatchObject({ target: 750, unit: 'milliseconds' });
    expect(criterion('throughput_peak: ">= 2/s"')).toMatchObject({ target: 120, unit: 'per_minute' });
    expect(criterion('memory_leak: "<= 1% growth per 6h"')).toMatchObject({ target: 4, unit: 'percent_per_24h' });
    expect(criterion('crashes: "<= 2"')).toMatchObject({ target: 2, unit: 'count' });
    expect(criterion('uptime: "≥ 99.9%"')).toMatchObject({ id: 'availability', comparison: '>=', target: 99.9 });
  });

  it('can be switched off, and that is remembered', () => {
    const { criteria, criteriaOff } = profileOf('\n  success_criteria: { mtbf: off, memory_growth: off }\n');
    expect(criteriaOff).toEqual(['mtbf', 'memory_leak']);
    expect(criteria.map(({ id }) => id)).not.toContain('memory_leak');
  });
});

describe('the defaults', () => {
  const listed = (workload: string): string[] =>
    read(soak(workload))
      .defaults.map(({ path }) => path)
      .filter((path) => path.startsWith('user_simulation'));

  it('that are listed are those that the workload uses', () => {
    expect(listed('')).toContain('user_simulation.think_time.new_users');
    expect(listed('  workload: { kind: requests, requests: [{ path: / }] }\n')).toEqual([
      'user_simulation.new_users_ratio',
      'user_simulation.returning_users_ratio',
      'user_simulation.power_users_ratio',
    ]);
    expect(listed('  workload: { kind: script, file: tests/fixtures/own-script.js }\n')).toEqual([]);
  });
});

describe('the target', () => {
  it('of the command line beats that of the profile', () => {
    const source = soak('  target: { url: "https://staging.example/base/" }\n');
    expect(read(source).profile.targetUrl).toBe('https://staging.example/base');
    expect(read(source, { overrides: { targetUrl: 'http://127.0.0.1:1' } }).profile.targetUrl).toBe(
      'http://127.0.0.1:1',
    );
  });

  it('of the command line is checked like any other', () => {
    expect(problemsOf(soak(''), { overrides: { targetUrl: 'localhost:8080' } })).toEqual([
      '--target: "localhost:8080" is not an http or https address; write http://localhost:8080',
    ]);
  });

  it.each([
    ['ftp://shop.example/files', 'soakd speaks HTTP only: if the service does too, write http://shop.example/files'],
    ['wss://shop.example', 'soakd speaks HTTP only: if the service does too, write https://shop.example'],
    ['file:///srv/shop', 'write for example http://127.0.0.1:8080'],
    ['mailto:ana@shop.example', 'write for example http://127.0.0.1:8080'],
  ])('of another scheme, %s, is told that only HTTP is spoken', (targetUrl, hint) => {
    expect(problemsOf(soak(''), { overrides: { targetUrl } })).toEqual([
      `--target: "${targetUrl}" is not an http or https address; ${hint}`,
    ]);
  });
});

describe('any text', () => {
  const seed = readFileSync('loadprofiles/soak-72h.yaml', 'utf8');

  it('is a profile or a list of problems with places inside it, never an exception', () => {
    const junk = fc.constantFrom(
      '',
      ':',
      '- ',
      '[',
      '}',
      '"',
      '&a ',
      '*a',
      '!!map ',
      '\t',
      '\n',
      '0x',
      'null',
      '~',
      '<<: *a',
      '%',
      '{',
    );
    const edit = fc.record({ at: fc.nat({ max: seed.length }), length: fc.nat({ max: 12 }), text: junk });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const source = edits.reduce(
          (text, { at, length, text: put }) => text.slice(0, at) + put + text.slice(at + length),
          seed,
        );
        const result = parseProfile(source, options);
        if (result.ok) return;
        expect(result.problems.length).toBeGreaterThan(0);
        const lines = source.split('\n').length;
        for (const { line, column, problem, hint } of result.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(problem).not.toBe('');
          expect(hint).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that is a profile survives the way through the store as JSON', () => {
    const { profile } = read(seed);
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
  });
});
