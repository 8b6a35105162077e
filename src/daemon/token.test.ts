import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findToken, withoutToken } from './token.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-token-'));
  file = join(folder, 'token');
  writeFileSync(file, 'from-the-file-0123456789\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the token', () => {
  it('comes from the environment, else from a file', () => {
    expect(findToken({ SOAKD_TOKEN: 'from-the-environment' }, file)).toBe('from-the-environment');
    expect(findToken({ SOAKD_TOKEN_FILE: file }, join(folder, 'other'))).toBe('from-the-file-0123456789');
    expect(findToken({}, file)).toBe('from-the-file-0123456789');
    expect(findToken({ SOAKD_TOKEN: '' }, null)).toBeNull();
  });

  it('is refused when it is short, has odd characters, or its file is not there', () => {
    expect(() => findToken({ SOAKD_TOKEN: 'short' }, null)).toThrow('5 characters');
    expect(() => findToken({ SOAKD_TOKEN: 'with a space 0123456789' }, null)).toThrow('characters that no header');
    expect(() => findToken({}, join(folder, 'missing'))).toThrow('cannot be read');
    writeFileSync(file, '\n');
    expect(() => findToken({}, file)).toThrow(file);
  });

  it('is not handed on to k6 and samplers', () => {
    expect(withoutToken({ SOAKD_TOKEN: 'x', SOAKD_TOKEN_FILE: 'y', SHOP_TOKEN: 'z' })).toEqual({ SHOP_TOKEN: 'z' });
  });
});
