import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, checkK6, goModuleOf, k6BinaryPath, k6Key } from './k6-binary.ts';

const checkout = join(import.meta.dirname, '..', '..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-k6-binary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const program = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};

describe('where k6 is', () => {
  it('is what SOAKD_K6 says, before anything else', () => {
    expect(k6BinaryPath({ SOAKD_K6: '/opt/k6' }, checkout)).toEqual({ path: '/opt/k6', source: 'SOAKD_K6' });
  });

  it('is in the cache, under a key of k6 and the sources, in a checkout', () => {
    const { path, source } = k6BinaryPath({ SOAKD_CACHE: folder }, checkout);
    expect(source).toBe('cache');
    expect(path).toBe(join(folder, 'soakd', 'k6', k6Key(goModuleOf(checkout)), 'k6'));
    expect(k6Key(goModuleOf(checkout))).toMatch(/^2\.2\.0-[0-9a-f]{16}$/);
  });

  it('is beside the scripts in a package, which has no Go sources', () => {
    expect(k6BinaryPath({}, folder)).toEqual({ path: join(folder, 'k6', 'bin', 'k6'), source: 'package' });
  });

  it('finds the cache by SOAKD_CACHE, XDG_CACHE_HOME and HOME, in this order; an empty one counts as absent', () => {
    expect(cacheFolder({ SOAKD_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/a/soakd');
    expect(cacheFolder({ SOAKD_CACHE: '', XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/b/soakd');
    expect(cacheFolder({ HOME: '/c' })).toBe('/c/.cache/soakd');
  });
});

describe('the key of a build', () => {
  it('changes with every source, and not with tests or pages', () => {
    const module = join(folder, 'module');
    cpSync(goModuleOf(checkout), module, { recursive: true });
    const key = k6Key(module);
    expect(key).toBe(k6Key(goModuleOf(checkout)));
    writeFileSync(join(module, 'arrival', 'another_test.go'), 'package arrival\n');
    writeFileSync(join(module, 'README.md'), 'read me');
    expect(k6Key(module)).toBe(key);
    writeFileSync(join(module, 'arrival', 'another.go'), 'package arrival\n');
    expect(k6Key(module)).not.toBe(key);
  });
});

describe('the check of a binary', () => {
  it('says what to do when there is none', async () => {
    const missing = checkK6({ path: join(folder, 'k6'), source: 'cache' });
    await expect(missing).rejects.toMatchObject({ code: 'k6_missing', hint: expect.stringContaining('npm run setup') });
  });

  it('refuses a program that does not run', async () => {
    const broken = checkK6({ path: program('k6', 'exit 3'), source: 'SOAKD_K6' });
    await expect(broken).rejects.toMatchObject({ code: 'k6_broken', hint: expect.stringContaining('SOAKD_K6') });
  });

  it('refuses a k6 without the extension, and a program that is no k6', async () => {
    const plain = program('k6', 'echo "k6 v2.2.0 (go1.26.0, linux/amd64)"');
    await expect(checkK6({ path: plain, source: 'SOAKD_K6' })).rejects.toMatchObject({ code: 'k6_without_extension' });
    const other = program('other', 'echo k6/x/soakd');
    await expect(checkK6({ path: other, source: 'SOAKD_K6' })).rejects.toMatchObject({ code: 'k6_without_extension' });
  });

  it('gives the version of a k6 that carries it', async () => {
    mkdirSync(join(folder, 'bin'));
    const ours = program(
      'bin/k6',
      'printf "k6 v2.2.0 (go1.26.0)\\nExtensions:\\n  xk6-soakd/module , k6/x/soakd [js]\\n"',
    );
    expect(await checkK6({ path: ours, source: 'package' })).toBe('2.2.0');
  });
});
