import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { k6ForTests } from '../../tests/support/k6.ts';
import type { ScriptWorkload } from '../model/profile.ts';
import { checkWorkload } from './check-workload.ts';

const folder = mkdtempSync(join(tmpdir(), 'soakd-check-workload-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = (name: string, text: string): ScriptWorkload => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { kind: 'script', file, exec: 'default', requestsPerIteration: 1, timeoutMs: 1000, longestIterationMs: 1000 };
};
const surroundings = { k6Path: k6ForTests(), env: { PATH: '/usr/bin', SHOP: 'books' } };

describe('an own script before the start', () => {
  it('is loaded with the environment and the target that it will have', async () => {
    const workload = script(
      'needs.js',
      `if (__ENV.SHOP !== 'books' || __ENV.SOAKD_TARGET !== 'http://127.0.0.1:1') throw new Error('not there');
export default function () {}`,
    );
    expect(await checkWorkload(workload, 'http://127.0.0.1:1', surroundings)).toMatchObject({ complete: true });
  });

  it.each([
    ['lacks what it imports', `import './nowhere.js'; export default () => {};`, /nowhere\.js/],
    ['is no JavaScript', 'export default () => { const }', /: file:\S+ Line 1:30 Unexpected token/],
    ['throws', `throw new Error('no data'); export default () => {};`, /: Error: no data$/],
    ['exports something else', 'export default 17;', /exports no function "default"$/],
  ])('is refused when it %s, with what is wrong', async (_, text, message) => {
    await expect(checkWorkload(script('unfit.js', text), null, surroundings)).rejects.toMatchObject({
      code: 'script_unusable',
      message: expect.stringMatching(message),
    });
  });

  it('is left to the check of k6 when k6 is not there', async () => {
    const finding = await checkWorkload(script('fit.js', 'export default () => {};'), null, {
      ...surroundings,
      k6Path: join(folder, 'no-k6'),
    });
    expect(finding).toMatchObject({ complete: false, finding: expect.stringContaining('k6 did not run') });
  });
});
