import { describe, expect, it } from 'vitest';
import { dayMs, type PastRun, storeWith } from '../../tests/support/past-runs.ts';
import { askGate, type GateAnswer, type GateQuestion } from './gate.ts';

const WEEK: GateQuestion = {
  profile: 'weekly',
  build: null,
  target: null,
  environment: null,
  maxAgeMs: 8 * 86_400_000,
};

async function ask(past: readonly PastRun[], question: Partial<GateQuestion> = {}, day = 10): Promise<GateAnswer> {
  return askGate(await storeWith(past), { ...WEEK, ...question }, dayMs(day));
}

describe('the gate of a pipeline', () => {
  it.each([
    ['passed', 0],
    ['failed', 1],
    ['inconclusive', 3],
    ['aborted', 4],
  ] as const)('of a last run that %s answers with %i', async (state, exitCode) => {
    const answer = await ask([{ id: 'r1', state, endedDay: 8 }]);
    expect(answer).toMatchObject({ exitCode, outcome: state, runId: 'r1', endedMs: dayMs(8) });
    expect(answer.why).toBe(`run r1 against http://127.0.0.1:1 (staging), ended 2 d ago, ${state}: as told`);
  });

  it('asks the last run: one before it that passed does not make good for it', async () => {
    const past: PastRun[] = [
      { id: 'r1', state: 'passed', endedDay: 7 },
      { id: 'r2', state: 'failed', endedDay: 9 },
    ];
    expect(await ask(past)).toMatchObject({ exitCode: 1, runId: 'r2' });
  });

  it('does not count a rehearsal, nor another profile', async () => {
    const past: PastRun[] = [
      { id: 'r1', state: 'failed', endedDay: 7 },
      { id: 'r2', state: 'rehearsed', endedDay: 9, run: { rehearsal: true } },
      { id: 'r3', state: 'passed', endedDay: 9, run: { name: 'daily' } },
    ];
    expect(await ask(past)).toMatchObject({ exitCode: 1, runId: 'r1' });
    expect(await ask(past.slice(1))).toMatchObject({ exitCode: 3, outcome: null, runId: null });
  });

  it('is inconclusive when the last run is too old, and says which it was', async () => {
    const past: PastRun[] = [{ id: 'r1', state: 'passed', endedDay: 1 }];
    expect(await ask(past, {}, 9)).toMatchObject({ exitCode: 0 });
    const late = await ask(past, {}, 9.01);
    expect(late).toMatchObject({ exitCode: 3, outcome: null, runId: 'r1' });
    expect(late.why).toMatch(
      /^no run of profile "weekly" in the last 8 d: the last one, r1 against http:\/\/127\.0\.0\.1:1 \(staging\), ended 8 d 14 min ago$/,
    );
  });

  it('asks for the last run of one build, its commit given short or long', async () => {
    const past: PastRun[] = [
      { id: 'r1', state: 'passed', endedDay: 7, run: { labels: { commit: '6dcb09b5b57875f3' } } },
      { id: 'r2', state: 'failed', endedDay: 9, run: { labels: { build: '42' } } },
    ];
    expect(await ask(past, { build: '6dcb09b' })).toMatchObject({
      exitCode: 0,
      runId: 'r1',
      build: '6dcb09b5b57875f3',
    });
    expect(await ask(past, { build: '42' })).toMatchObject({ exitCode: 1, runId: 'r2' });
    expect(await ask(past, { build: '43' })).toMatchObject({ exitCode: 3, runId: null });
  });

  it('asks for the last run of one target or environment: what passed elsewhere says nothing of it', async () => {
    const past: PastRun[] = [
      { id: 'r1', state: 'failed', endedDay: 7, run: { targetUrl: 'http://shop.staging', environment: 'staging' } },
      { id: 'r2', state: 'passed', endedDay: 9, run: { targetUrl: 'http://localhost:8080', environment: 'laptop' } },
    ];
    expect(await ask(past)).toMatchObject({ exitCode: 0, runId: 'r2', target: 'http://localhost:8080' });
    expect(await ask(past, { environment: 'staging' })).toMatchObject({ exitCode: 1, environment: 'staging' });
    expect(await ask(past, { target: 'http://SHOP.staging/' })).toMatchObject({ exitCode: 1, runId: 'r1' });
    const none = await ask(past, { target: 'http://shop.staging', environment: 'laptop' });
    expect(none).toMatchObject({ exitCode: 3, runId: null, target: null });
    expect(none.why).toContain('no run of profile "weekly", target http://shop.staging and environment laptop is over');
  });

  it('has no word for a run that goes on: the last one that is over counts', async () => {
    const store = await storeWith([{ id: 'r1', state: 'passed', endedDay: 8 }]);
    const run = await store.run('r1');
    if (run === null) throw new Error('r1 is stored');
    await store.createRun(
      { ...run, id: 'r2', createdMs: dayMs(9) },
      { atMs: dayMs(9), from: null, to: 'preparing', reason: '' },
    );
    expect(await askGate(store, WEEK, dayMs(10))).toMatchObject({ exitCode: 0, runId: 'r1' });
  });
});
