import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessRules, accessToken, admission, isLoopbackHost } from './access.ts';

const secret = 'correct-horse-battery';
const open: AccessRules = { tokens: [], loopback: true, allowedHosts: ['soakd.staging.example'] };
const guarded: AccessRules = { tokens: [accessToken('ana', 'operate', secret)], loopback: true, allowedHosts: [] };
const exposed: AccessRules = { ...guarded, loopback: false };
const json = { 'content-type': 'application/json; charset=utf-8' };
const bearer = { authorization: 'Bearer correct-horse-battery' };

const code = (...asked: Parameters<typeof admission>): string => {
  const answer = admission(...asked);
  return answer.admitted ? 'welcome' : answer.refusal.code;
};

describe('access on loopback without a token', () => {
  it('is for local clients that send JSON', () => {
    for (const host of ['127.0.0.1:8089', 'localhost', '[::1]:8089', '127.9.9.9', 'SOAKD.staging.example:80']) {
      expect(code(open, 'change', 'POST', { host, ...json })).toBe('welcome');
      expect(code(open, 'read', 'GET', { host })).toBe('welcome');
    }
  });

  it('is not for a page that gave its own name our address', () => {
    for (const access of ['read', 'change'] as const) {
      expect(code(open, access, 'GET', { host: 'evil.example', ...json })).toBe('host_refused');
      expect(code(open, access, 'GET', { host: '127.0.0.1.evil.example', ...json })).toBe('host_refused');
      expect(code(open, access, 'GET', { ...json })).toBe('host_refused');
    }
  });

  it('is not for foreign pages and their forms', () => {
    const host = 'localhost:8089';
    expect(code(open, 'change', 'POST', { host, ...json, origin: 'https://evil.example' })).toBe('origin_refused');
    expect(code(open, 'change', 'POST', { host, ...json, origin: 'null' })).toBe('origin_refused');
    expect(code(open, 'change', 'POST', { host, ...json, origin: 'http://localhost:3000' })).toBe('welcome');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect(code(open, 'change', 'POST', { host, 'content-type': type })).toBe('media_type_unsupported');
    }
    expect(code(open, 'change', 'POST', { host })).toBe('media_type_unsupported');
  });
});

describe('access with a token', () => {
  it('is needed for what changes something, wherever soakd listens', () => {
    for (const rules of [guarded, exposed]) {
      expect(code(rules, 'change', 'POST', { host: 'localhost', ...json })).toBe('token_required');
      expect(code(rules, 'change', 'POST', { host: 'any.example', ...json, ...bearer })).toBe('welcome');
    }
  });

  it('is needed for reading off loopback only', () => {
    expect(code(guarded, 'read', 'GET', { host: 'localhost' })).toBe('welcome');
    expect(code(exposed, 'read', 'GET', { host: 'localhost' })).toBe('token_required');
  });

  it('is refused to every other token, also where none is needed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), (token) => {
        fc.pre(token !== secret);
        const headers = { host: 'localhost', ...json, authorization: `Bearer ${token}` };
        expect(code(guarded, 'change', 'POST', headers)).toBe('token_required');
        expect(code(guarded, 'read', 'GET', headers)).toBe('token_required');
      }),
    );
  });

  it('is never asked of probes', () => {
    expect(code(exposed, 'open', 'GET', { host: '10.0.0.7:8089' })).toBe('welcome');
  });
});

describe('access by role', () => {
  const reader = { authorization: 'Bearer may-look-and-no-more' };
  const roles: AccessRules = {
    ...guarded,
    tokens: [
      ...guarded.tokens,
      accessToken('wall', 'read', 'may-look-and-no-more'),
      accessToken(null, 'operate', 'next-token-0123456'),
    ],
  };

  it('lets a token that may only read look, and change nothing, wherever soakd listens', () => {
    for (const rules of [roles, { ...roles, loopback: false }]) {
      expect(code(rules, 'read', 'GET', { host: 'any.example', ...reader })).toBe('welcome');
      expect(code(rules, 'change', 'POST', { host: 'localhost', ...json, ...reader })).toBe('role_missing');
    }
  });

  it('asks for a token for reading on loopback too, once such tokens were given out', () => {
    expect(code(roles, 'read', 'GET', { host: 'localhost' })).toBe('token_required');
    const onlyReaders = { ...roles, tokens: roles.tokens.filter(({ role }) => role === 'read') };
    expect(code(onlyReaders, 'change', 'POST', { host: 'localhost', ...json })).toBe('token_required');
  });

  it('takes each of several tokens, old and new, and says whose it was', () => {
    const whose = (authorization: string): unknown => {
      const answer = admission(roles, 'read', 'GET', { host: 'localhost', authorization });
      return answer.admitted ? answer.token?.name : answer.wrongToken;
    };
    expect(whose(`Bearer ${secret}`)).toBe('ana');
    expect(whose('Bearer may-look-and-no-more')).toBe('wall');
    expect(whose('Bearer next-token-0123456')).toBeNull();
    expect(whose('Bearer ana')).toBe(true);
    expect(whose('Basic YW5hOmFuYQ==')).toBe(false);
  });
});

describe('a loopback host', () => {
  it('is what stays on this machine', () => {
    expect(['localhost', '127.0.0.1', '127.255.0.1', '::1', '[::1]', 'LOCALHOST'].every(isLoopbackHost)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', '128.0.0.1', ''].some(isLoopbackHost)).toBe(false);
  });
});
