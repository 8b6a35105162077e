import { describe, expect, it } from 'vitest';
import { k6MemoryBytes, k6MemoryVariables } from './k6-memory.ts';

const MIB = 1024 ** 2;

describe('memory of k6 under a limit', () => {
  it('is what soakd does not need', () => {
    expect(k6MemoryBytes(4096 * MIB)).toBe(Math.floor(0.9 * 3456 * MIB));
  });

  it('is half, less some headroom, where there is little', () => {
    expect(k6MemoryBytes(512 * MIB)).toBe(Math.floor(0.9 * 256 * MIB));
  });

  it('never falls when the limit rises, and leaves soakd a tenth at least', () => {
    const limits = Array.from({ length: 200 }, (_, step) => (step + 1) * 32 * MIB);
    const shares = limits.map(k6MemoryBytes);
    expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
    for (const [at, share] of shares.entries()) expect(share).toBeLessThanOrEqual(0.9 * (limits[at] ?? 0));
  });

  it('is told to the Go runtime, unless there is no limit or somebody has chosen one', () => {
    expect(k6MemoryVariables(1024 * MIB, {})).toEqual({ GOMEMLIMIT: `${Math.floor(0.9 * 512 * MIB)}` });
    expect(k6MemoryVariables(null, {})).toEqual({});
    expect(k6MemoryVariables(1024 * MIB, { GOMEMLIMIT: '300MiB' })).toEqual({});
  });
});
