/** `soakd alerts check` as a pipeline uses it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { soakd } from './support/soakd.ts';

const folder = mkdtempSync(join(tmpdir(), 'soakd-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('soakd alerts check', () => {
  it('ends with 0 for the rules that soakd comes with', async () => {
    const { code, said } = await soakd(['alerts', 'check', 'config/alerts.yaml']);
    expect([code, said]).toEqual([0, 'config/alerts.yaml: ok, 22 rules\n']);
  });

  it('ends with 2 and every problem with its place, for people and as JSON', async () => {
    const bad = file('bad.yaml', 'alerts:\n  - { name: A, condition: eror_rate > 2%, severity: loud }\n');
    const { code, out } = await soakd(['alerts', 'check', bad]);
    expect(code).toBe(2);
    expect(out.split('\n')).toEqual([
      `${bad}:2:27 alerts.0.condition: "eror_rate" is no metric; did you mean error_rate?`,
      `${bad}:2:53 alerts.0.severity: "loud" is not one of info, warning, critical; write one of them`,
      '',
    ]);
    const asJson = await soakd(['alerts', 'check', '--json', bad]);
    expect(JSON.parse(asJson.out)).toMatchObject({ valid: false, problems: [{ line: 2 }, { line: 2 }] });
  });

  it('says which rules the samples of a profile come too seldom for', async () => {
    const rules = file('hot.yaml', 'alerts:\n  - { name: Hot, condition: cpu > 90% for 30s, severity: warning }\n');
    const { code, out } = await soakd(['alerts', 'check', rules, '--profile', 'loadprofiles/soak-72h.yaml']);
    expect(code).toBe(2);
    expect(out).toContain('samples come each 1m: that cpu held for 30s cannot be seen');
  });

  it('refuses a silence that is too long in words of its option', async () => {
    const args = ['silence', 'add', 'alertname=HighCPU', '--for', '31d', '--why', 'x', '--url', 'http://127.0.0.1:9'];
    const { code, said } = await soakd(args);
    expect([code, said]).toEqual([2, expect.stringContaining('30d at most')]);
  });

  it('shows an example in the help of each of its commands', async () => {
    for (const command of [
      ['alerts'],
      ['alerts', 'check'],
      ['alerts', 'replay'],
      ['ack'],
      ['silence'],
      ['silence', 'add'],
    ]) {
      const { code, out } = await soakd([...command, '--help']);
      expect([code, out.includes('Example:')]).toEqual([0, true]);
    }
  });
});
