import { describe, expect, it } from 'vitest';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import type { MemoryStore } from '../../tests/support/memory-store.ts';
import { type PastRun, storeWith } from '../../tests/support/past-runs.ts';
import { baselineChanges, chooseBaseline, promoteBaseline, removeBaseline, type Stores } from './baselines.ts';
import { baselinesOf } from './baselines-of-run.ts';

const stores = async (past: readonly PastRun[]): Promise<Stores & { store: MemoryStore }> => ({
  store: await storeWith(past),
  duty: memoryDutyStore(),
});
const passed = (id: string, endedDay: number): PastRun => ({ id, endedDay, state: 'passed' });
const by = (runId: string, name = 'default') => ({ runId, name, who: 'ann', nowMs: 5 });

describe('a baseline', () => {
  it('is the run that somebody promoted, and is known who', async () => {
    const both = await stores([passed('r1', 1), passed('r2', 2)]);
    await promoteBaseline(both, by('r1'));
    expect(await chooseBaseline(both, 'weekly', 'default')).toEqual({
      name: 'default',
      kind: 'promoted',
      runIds: ['r1'],
    });
    expect(await both.duty.baselines()).toEqual([
      { profile: 'weekly', name: 'default', runId: 'r1', promotedMs: 5, who: 'ann' },
    ]);
  });

  it('is the last five that passed where nobody promoted one', async () => {
    const past = [1, 2, 3, 4, 5, 6, 7].map((at) => passed(`r${at}`, at));
    const both = await stores([
      ...past,
      { id: 'r8', state: 'failed', endedDay: 8 },
      { id: 'r9', state: 'rehearsed', endedDay: 9, run: { rehearsal: true } },
    ]);
    expect(await chooseBaseline(both, 'weekly', 'default')).toEqual({
      name: 'default',
      kind: 'passed',
      runIds: ['r7', 'r6', 'r5', 'r4', 'r3'],
    });
    expect(await chooseBaseline(both, 'daily', 'default')).toBeNull();
  });

  const prunedRows = { atMs: 1, kind: 'rows_pruned', severity: 'info', message: '', data: {} } as const;

  it('is no run whose rows are past their retention', async () => {
    const both = await stores([1, 2, 3].map((at) => passed(`r${at}`, at)));
    await both.store.addEvents('r2', [prunedRows]);
    expect(await chooseBaseline(both, 'weekly', 'default')).toMatchObject({ runIds: ['r3', 'r1'] });
    await expect(promoteBaseline(both, by('r2'))).rejects.toMatchObject({
      code: 'baseline_unfit',
      message: expect.stringContaining('the rows of run r2 are past their retention and deleted'),
    });
    expect(await both.duty.baselines()).toEqual([]);
  });

  it('that cannot be read stops no start: it is kept with the reason', async () => {
    const both = await stores([passed('r1', 1)]);
    const run = await both.store.run('r1');
    if (run === null) throw new Error('r1 is stored');
    const spec = { id: 'mtbf', unit: 'hours', comparison: '>=', text: '>= baseline', factor: 1, offset: 0 } as const;
    const asking = { ...run, profile: { ...run.profile, againstBaseline: [{ ...spec, baseline: 'default' }] } };
    const found = await baselinesOf(asking, both, () => Promise.reject(new Error('a page of the file is torn')));
    expect(found).toEqual([{ name: 'default', kind: 'passed', runs: [], unread: 'r1: a page of the file is torn' }]);
  });

  it('is on record for each of many who change one at once, the last hundred of them', async () => {
    const both = await stores([passed('r1', 1)]);
    const names = Array.from({ length: 101 }, (_, at) => `n${at}`);
    await Promise.all(names.map((name) => promoteBaseline(both, by('r1', name))));
    const kept = await baselineChanges(both.duty);
    expect(new Set(kept.map(({ name }) => name)).size).toBe(100);
  });

  it('with a name of its own is never guessed', async () => {
    const both = await stores([passed('r1', 1)]);
    expect(await chooseBaseline(both, 'weekly', 'release-4')).toBeNull();
    await promoteBaseline(both, by('r1', 'release-4'));
    expect(await chooseBaseline(both, 'weekly', 'release-4')).toMatchObject({ kind: 'promoted', runIds: ['r1'] });
  });

  it.each([
    ['failed', 'r1 failed'],
    ['aborted', 'r1 was aborted'],
    ['running', 'r1 is not over'],
  ] as const)('is no run that is %s', async (state, why) => {
    const both = await stores([{ id: 'r1', state, endedDay: 1 }]);
    await expect(promoteBaseline(both, by('r1'))).rejects.toThrow(why);
  });

  it('is no rehearsal, and no run that is not there; one that is inconclusive it may be', async () => {
    const both = await stores([
      { id: 'r1', state: 'rehearsed', endedDay: 1, run: { rehearsal: true } },
      { id: 'r2', state: 'inconclusive', endedDay: 2 },
    ]);
    await expect(promoteBaseline(both, by('r1'))).rejects.toMatchObject({ code: 'baseline_unfit', httpStatus: 409 });
    await expect(promoteBaseline(both, by('r3'))).rejects.toMatchObject({ code: 'run_unknown', httpStatus: 404 });
    expect(await promoteBaseline(both, by('r2'))).toMatchObject({ runId: 'r2' });
  });

  it('is gone when it is removed, and both changes are on record', async () => {
    const both = await stores([passed('r1', 1)]);
    await promoteBaseline(both, by('r1', 'release-4'));
    const away = { profile: 'weekly', name: 'release-4', who: 'bob', nowMs: 9 };
    expect(await removeBaseline(both, away)).toMatchObject({ runId: 'r1', who: 'ann' });
    await expect(removeBaseline(both, away)).rejects.toMatchObject({ code: 'baseline_unknown', httpStatus: 404 });
    expect((await baselineChanges(both.duty)).map(({ change, who, promotedMs }) => [change, who, promotedMs])).toEqual([
      ['promoted', 'ann', 5],
      ['removed', 'bob', 9],
    ]);
  });
});
