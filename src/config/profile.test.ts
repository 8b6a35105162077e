import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem, parseProfile } from './profile.ts';

const read = (source: string, overrides = {}) =>
  parseProfile(source, { fileName: 'p.yaml', readFile: (path) => readFileSync(path, 'utf8'), overrides });
describe('x', () => {
  it('y', () => {
    const r = read(readFileSync('loadprofiles/soak-72h.yaml', 'utf8'), { targetUrl: 'http://127.0.0.1:8080' });
    console.log(r.ok ? JSON.stringify(r, null, 1) : r.problems.map(formatProblem).join('\n'));
    const b = read(
      'soak_test:\n  name: x\n  duratoin: 72h\n  traffic_pattern:\n    base_rat: 3\n    ramp: 5 min\n    peak_hours: [24]\n    timezone: Berlin\n  user_simulation:\n    new_users_ratio: 0.3\n  workload:\n    kind: reqests\n  monitoring:\n    samplers:\n      - knd: x\n  success_criteria:\n    uptime: "99%"\n    memory_leek: "1%"\n',
    );
    console.log(b.ok ? 'ok' : b.problems.map(formatProblem).join('\n'));
    expect(r.ok).toBe(true);
  });
});
