import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetClaims } from '../soak/context.ts';
import { claimsFolder, targetClaims } from './target-claims.ts';

describe('a target that is claimed', () => {
  let folder: string;
  let alive: Map<string, boolean | null>;
  let told: string[];
  const target = 'http://127.0.0.1:3000';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-claims-'));
    alive = new Map();
    told = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function soakd(name: string, pid: number, into: string | null = join(folder, 'targets')): TargetClaims {
    alive.set(name, true);
    const own = { dataFolder: `/data/${name}`, holder: name, pid };
    return targetClaims(into, own, (holder) => alive.get(holder) ?? null, {
      info: (_fields, message) => told.push(message),
    });
  }

  it('is told to runs of other data folders until it is released', () => {
    const one = soakd('one', 11);
    const two = soakd('two', 22);
    expect(one.take(target, 'r1')).toBeNull();
    expect(two.take(target, 'r2')).toMatchObject({ runId: 'r1', dataFolder: '/data/one', pid: 11 });
    expect(two.take('http://127.0.0.1:3001', 'r2')).toBeNull();
    // The one that was refused holds nothing, and the first may claim again.
    expect(one.take(target, 'r1')).toBeNull();
    one.release(target, 'r1');
    expect(two.take(target, 'r2')).toBeNull();
  });

  it('is free again when its process is dead, and its file goes', () => {
    soakd('one', 11).take(target, 'r1');
    alive.set('one', false);
    expect(soakd('two', 22).take(target, 'r2')).toBeNull();
    expect(readdirSync(join(folder, 'targets'))).toHaveLength(1);
  });

  it('keeps nobody away whose store decides, nor on another machine', () => {
    const one = soakd('one', 11);
    one.take(target, 'r1');
    expect(one.take(target, 'r2')).toBeNull();
    alive.set('one', null);
    expect(soakd('two', 22).take(target, 'r3')).toBeNull();
  });

  it('keeps nobody away where claims cannot be written or read', () => {
    writeFileSync(join(folder, 'a-file'), '');
    expect(soakd('one', 11, join(folder, 'a-file')).take(target, 'r1')).toBeNull();
    expect(told).toHaveLength(1);
    expect(soakd('two', 22, null).take(target, 'r1')).toBeNull();
    const three = soakd('three', 33);
    three.take(target, 'r3');
    writeFileSync(join(folder, 'targets', 'broken.json'), '{');
    expect(three.take(target, 'r3')).toBeNull();
  });

  it('is claimed in the cache folder of the user', () => {
    expect(claimsFolder({ HOME: '/home/ana' })).toBe('/home/ana/.cache/soakd/targets');
    expect(claimsFolder({ HOME: '/home/ana', XDG_CACHE_HOME: '/cache' })).toBe('/cache/soakd/targets');
    expect(claimsFolder({})).toBeNull();
  });
});
