import { describe, expect, it } from 'vitest';
import { createLog, Redactor } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>, redactor: Redactor) => void): string {
  const lines: string[] = [];
  const redactor = new Redactor();
  write(
    createLog('debug', redactor, (line) => lines.push(line)),
    redactor,
  );
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  return lines.join('');
}

describe('the log', () => {
  it('never tells the token, wherever it stands', () => {
    const text = logged((log, redactor) => {
      redactor.learn('correct-horse-battery');
      log.info({ deep: { list: ['x correct-horse-battery y'] } }, 'token is correct-horse-battery');
      log.error(
        { err: new Error('refused correct-horse-battery', { cause: new Error('correct-horse-battery') }) },
        'no',
      );
    });
    expect(text).not.toContain('correct-horse-battery');
    expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('never tells the values of env: in a profile, also those that JSON must escape', () => {
    const secret = 'p"a\\ss\nword';
    const text = logged((log, redactor) => {
      redactor.learnFrom('headers: { authorization: env:SHOP_TOKEN }', { SHOP_TOKEN: secret, OTHER: 'harmless' });
      log.warn({ reason: `WRONGPASS ${secret}`, other: 'harmless' }, 'redis');
    });
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(text).toContain('harmless');
  });

  it('never tells a secret that is written out in a profile', () => {
    const text = logged((log, redactor) => {
      redactor.learnFrom('headers: { authorization: "Bearer typed-in-0123456" }', {});
      log.warn({ reason: 'refused typed-in-0123456' }, 'a sampler');
    });
    expect(text).not.toContain('typed-in-0123456');
  });

  it('never tells passwords in addresses, headers of authorisation, and fields with telling names', () => {
    const text = logged((log) => {
      log.info({ url: 'redis://user:hunter2secret@10.0.0.7:6379/0' }, 'connect mongodb://:hunter2secret@db');
      log.info({ headers: { authorization: 'Digest hunter2secret', cookie: 'sid=hunter2secret', host: 'shop' } }, 'x');
      log.info(
        { token: 'hunter2secret', api_key: 'hunter2secret', password: 'a"hunter2secret' },
        'Bearer hunter2secret',
      );
    });
    expect(text).not.toContain('hunter2secret');
    expect(text).toContain('redis://user:[redacted]@10.0.0.7:6379/0');
    expect(text).toContain('"host":"shop"');
  });

  it('leaves alone what is no secret', () => {
    const text = logged((log, redactor) => {
      redactor.learn('a');
      redactor.learn(null);
      log.info({ url: 'http://127.0.0.1:8089/v1/runs?limit=5', at: 'a:b@c' }, 'at 12:30');
    });
    expect(text).not.toContain('[redacted]');
  });
});
