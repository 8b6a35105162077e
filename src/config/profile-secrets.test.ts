import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { secretWarnings, shownSource, shownValue, writtenSecrets } from './profile-secrets.ts';

const SECRET = 'hunter2-hunter2';
const source = `soak_test:
  # the night shift's token is ${SECRET}
  workload:
    kind: requests
    requests:
      - { name: home, path: "/home?token=${SECRET}&page=2", headers: { Authorization: "Bearer ${SECRET}", Accept: text/html } }
      - name: login
        path: /login
        headers:
          X-Api-Key: &key >-
            another-secret-0123
          Cookie: env:SHOP_COOKIE
          X-Auth-Token: "Bearer \${env:SHOP_TOKEN}"
        body: '{"user": "ana", "password": "s3cret-of-ana"}'
  monitoring:
    samplers:
      - { kind: http, name: health, url: "http://ana:${SECRET}@127.0.0.1/health", headers: { x-secret: *key } }
      - { kind: redis, name: cache, password: "typed-in-0123" }
`;
const SECRETS = [SECRET, 'another-secret-0123', 's3cret-of-ana', 'typed-in-0123'];

describe('secrets that are written in a profile', () => {
  it('are not shown, while everything else stays as it was', () => {
    const shown = shownSource(source);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    expect(shown).toContain('page=2');
    expect(shown).toContain('Accept: text/html');
    expect(shown).toContain('Cookie: env:SHOP_COOKIE');
    expect(shown).toContain(`"Bearer \${env:SHOP_TOKEN}"`);
    expect(parse(shown).soak_test.workload.requests[0].headers.Authorization).toBe('[redacted]');
    expect(shownSource('soak_test: { name: weekly }\n# plain\n')).toBe('soak_test: { name: weekly }\n# plain\n');
  });

  it('are not shown in what was made of the profile either', () => {
    const shown = JSON.stringify(shownValue(parse(source), source));
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    expect(shown).toContain('env:SHOP_COOKIE');
  });

  it('are warned of, each with its place', () => {
    expect(secretWarnings(source, 'p.yaml').map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '6:93 soak_test.workload.requests.headers.Authorization',
      '10:27 soak_test.workload.requests.headers.X-Api-Key',
      '10:27 soak_test.monitoring.samplers.headers.x-secret',
      '18:47 soak_test.monitoring.samplers.password',
    ]);
  });

  it('are found however the YAML is written', () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' })
      .filter((text) => text.trim().length > 5 && !/redacted|^(env:|bearer|basic|token|apikey)/i.test(text.trim()));
    const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_FOLDED', 'BLOCK_LITERAL');
    fc.assert(
      fc.property(secret, style, fc.boolean(), (text, defaultStringType, flow) => {
        const profile = { soak_test: { workload: { headers: { authorization: text }, path: '/' } } };
        const written = stringify(profile, {
          defaultStringType,
          collectionStyle: flow ? 'flow' : 'block',
          defaultKeyType: 'PLAIN',
        });
        const [found] = writtenSecrets(written);
        expect(found?.value).toBe(parse(written).soak_test.workload.headers.authorization);
        expect(parse(shownSource(written)).soak_test.workload.headers.authorization).toBe('[redacted]');
      }),
    );
  });

  it('break nothing where the source is no YAML', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        shownSource(text);
      }),
    );
  });
});
