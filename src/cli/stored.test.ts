import { describe, expect, it } from 'vitest';
import { run } from '../../tests/contracts/store.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { requireVerdict } from './stored.ts';

describe('a stored verdict', () => {
  it('that is not there yet is a mistake of the caller, and not an inconclusive run', async () => {
    const store = new MemoryStore();
    await store.createRun(run('r1'), { atMs: 1, from: null, to: 'preparing', reason: '' });
    await expect(requireVerdict(store, 'r1')).rejects.toMatchObject({ code: 'verdict_pending', exitCode: 2 });
  });
});
