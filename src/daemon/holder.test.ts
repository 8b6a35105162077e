import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bootId } from '../base/boot-time.ts';
import { holderAliveOn, holderName } from './holder.ts';

describe('the holder of a lease', () => {
  it('is alive while its process is, and known to be dead after', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const holder = holderName('staging-1', child.pid ?? 0);
    expect(holderAliveOn('staging-1')(holder)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(holderAliveOn('staging-1')(holder)).toBe(false);
  });

  it('is dead when its pid belongs to a process that started at another time', () => {
    expect(holderAliveOn('staging-1')(`staging-1/${bootId()}/${process.pid}/1`)).toBe(false);
  });

  it('is dead after another boot, whoever has its pid now', () => {
    const holder = holderName('staging-1', process.pid);
    expect(holderAliveOn('staging-1')(holder)).toBe(true);
    expect(holderAliveOn('staging-1')(holder.replace(bootId(), 'another'))).toBe(false);
  });

  it('cannot be known on another host, nor under a name of another form', () => {
    expect(holderAliveOn('staging-1')(`staging-2/${bootId()}/${process.pid}/1`)).toBeNull();
    expect(holderAliveOn('staging-1')('somebody')).toBeNull();
  });
});
