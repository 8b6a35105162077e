import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findToken, findTokens, withoutTokens } from './token.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-token-'));
  file = join(folder, 'token');
  writeFileSync(file, 'from-the-file-0123456789\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const secrets = (env: Record<string, string>, operate: string | null = null, read: string | null = null): string[] =>
  findTokens(env, { operate, read }).map((token) => `${token.role} ${token.name ?? '-'} ${token.secret}`);

describe('the tokens', () => {
  it('come from the environment, else from files, by role', () => {
    expect(secrets({ SOAKD_TOKEN: 'from-the-environment' }, file)).toEqual(['operate - from-the-environment']);
    expect(secrets({ SOAKD_TOKEN_FILE: file }, join(folder, 'other'))).toEqual(['operate - from-the-file-0123456789']);
    expect(secrets({ SOAKD_READ_TOKEN: 'for-the-wall-0123456' }, file)).toEqual([
      'operate - from-the-file-0123456789',
      'read - for-the-wall-0123456',
    ]);
    expect(secrets({}, null, file)).toEqual(['read - from-the-file-0123456789']);
    expect(secrets({ SOAKD_TOKEN: '', SOAKD_READ_TOKEN: '' })).toEqual([]);
  });

  it('may be several in one file, with the names of those who have them', () => {
    writeFileSync(
      file,
      '# rotated in November\nana new-one-0123456789\n\nana old-one-0123456789\r\n  #also-a-token-01234\n',
    );
    expect(secrets({}, file)).toEqual([
      'operate ana new-one-0123456789',
      'operate ana old-one-0123456789',
      'operate - #also-a-token-01234',
    ]);
  });

  it('are refused when short, with odd characters, in a file that is not there or empty, and never told', () => {
    expect(() => secrets({ SOAKD_TOKEN: 'short' })).toThrow('5 characters');
    expect(() => secrets({ SOAKD_TOKEN: 'with a space 0123456789' })).toThrow('characters that no header');
    expect(() => secrets({}, join(folder, 'missing'))).toThrow('cannot be read');
    writeFileSync(file, '\n# nothing yet\n');
    expect(() => secrets({}, file)).toThrow(`${file} holds no token`);
    for (const [line, problem] of [
      ['one two three-0123456789abc', 'neither a token nor a name'],
      ['hunter2!hunter2!hunter2 correct-horse-battery', 'no name has'],
      ['ana correct', '7 characters'],
    ] as const) {
      writeFileSync(file, `# first\n${line}\n`);
      expect(() => secrets({}, file)).toThrow(`line 2 of ${file}`);
      expect(() => secrets({}, file)).toThrow(problem);
      expect(() => secrets({}, file)).not.toThrow(/hunter2|correct/);
    }
  });

  it('have one role each', () => {
    expect(() => secrets({ SOAKD_READ_TOKEN: 'from-the-file-0123456789' }, file)).toThrow('both roles');
  });

  it('are sent by clients as the first one', () => {
    writeFileSync(file, 'ana new-one-0123456789\nana old-one-0123456789\n');
    expect(findToken({ SOAKD_TOKEN_FILE: file })).toBe('new-one-0123456789');
    expect(findToken({ SOAKD_READ_TOKEN: 'for-the-wall-0123456' })).toBeNull();
  });

  it('are not handed on to k6 and samplers', () => {
    const ours = { SOAKD_TOKEN: 'x', SOAKD_TOKEN_FILE: 'y', SOAKD_READ_TOKEN: 'x', SOAKD_READ_TOKEN_FILE: 'y' };
    expect(withoutTokens({ ...ours, SHOP_TOKEN: 'z' })).toEqual({ SHOP_TOKEN: 'z' });
  });
});
