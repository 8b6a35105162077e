import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let home: string;

/** As an installed package lies: compiled code and no sources. */
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'soakd-package-'));
  const tsc = resolve('node_modules/.bin/tsc');
  const built = spawnSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')], { encoding: 'utf8' });
  expect(built.stdout + built.stderr).toBe('');
  for (const part of ['bin', 'package.json', 'loadprofiles']) cpSync(part, join(home, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

const soakd = (...args: string[]) =>
  spawnSync(process.execPath, [join(home, 'bin', 'soakd'), ...args], { cwd: home, encoding: 'utf8' });

describe('the compiled package', () => {
  it('runs without any source', () => {
    const help = soakd('--help');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('daemon');
    expect(soakd('validate', 'loadprofiles/soak-72h.yaml').status).toBe(0);
  });

  it('holds every source compiled, those that are started by path as well, and no tests', () => {
    const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = filesIn('src').filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const compiled = filesIn(join(home, 'dist')).filter((file) => file.endsWith('.js'));
    expect(compiled.toSorted()).toEqual(sources.map((file) => file.replace(/\.ts$/, '.js')).toSorted());
  });
});
