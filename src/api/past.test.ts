import { describe, expect, it } from 'vitest';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { dayMs, type PastRun, storeWith } from '../../tests/support/past-runs.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { HTML_REPORT_CSP } from '../report/html/html.ts';

const PAST: PastRun[] = [
  { id: 'r1', state: 'passed', endedDay: 1, run: { labels: { build: '41' } } },
  { id: 'r2', state: 'failed', endedDay: 8 },
];
const rigWith = async (past = PAST): Promise<ApiRig> =>
  new ApiRig(new SimulatedStaging({ store: await storeWith(past), startMs: dayMs(9) }));

describe('the gate over HTTP', () => {
  it('answers with the exit code of a pipeline', async () => {
    const rig = await rigWith();
    expect((await rig.get('/v1/gate?profile=weekly&max_age=8d')).json()).toMatchObject({ exitCode: 1, runId: 'r2' });
    expect((await rig.get('/v1/gate?profile=weekly&max_age=8d&build=41')).json()).toMatchObject({
      exitCode: 0,
      runId: 'r1',
    });
    expect((await rig.get('/v1/gate?profile=daily&max_age=8d')).json()).toMatchObject({ exitCode: 3, runId: null });
  });

  it('refuses a question without a profile or with an age that is none', async () => {
    const { problems } = (await (await rigWith()).get('/v1/gate?max_age=soon')).json();
    expect(problems.map(({ path, problem }: Record<string, string>) => `${path} ${problem}`).toSorted()).toEqual([
      expect.stringContaining('profile'),
      expect.stringContaining('max_age'),
    ]);
  });
});

describe('the history over HTTP', () => {
  it('tells the last runs of a profile', async () => {
    const { runs, trends } = (await (await rigWith()).get('/v1/history?profile=weekly&last=5')).json();
    expect(runs.map(({ runId }: { runId: string }) => runId)).toEqual(['r1', 'r2']);
    expect(trends.growth).toMatchObject({ direction: 'too_few' });
  });
});

describe('baselines over HTTP', () => {
  it('are promoted, listed with who did it, and removed', async () => {
    const rig = await rigWith();
    const made = await rig.post('/v1/baselines', { run: 'r1', who: 'ann' });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      profile: 'weekly',
      name: 'default',
      runId: 'r1',
      who: 'ann',
      promotedMs: dayMs(9),
    });
    expect((await rig.get('/v1/baselines')).json().baselines).toHaveLength(1);
    expect((await rig.get('/v1/baselines?profile=daily')).json().baselines).toEqual([]);
    expect((await rig.post('/v1/baselines/remove', { profile: 'weekly' })).json()).toMatchObject({ runId: 'r1' });
    const { baselines, changes } = (await rig.get('/v1/baselines')).json();
    expect(baselines).toEqual([]);
    expect(changes.map(({ change, who }: Record<string, string>) => [change, who])).toEqual([
      ['promoted', 'ann'],
      ['removed', 'http client 127.0.0.1'],
    ]);
  });

  it('are no runs that failed or are not there', async () => {
    const rig = await rigWith();
    expect((await rig.post('/v1/baselines', { run: 'r2' })).statusCode).toBe(409);
    expect((await rig.post('/v1/baselines', { run: 'r3' })).statusCode).toBe(404);
    expect((await rig.post('/v1/baselines', { run: 'r1', name: '../etc' })).statusCode).toBe(400);
    expect((await rig.post('/v1/baselines/remove', { profile: 'weekly' })).statusCode).toBe(404);
  });
});

describe('a comparison over HTTP', () => {
  it('holds one run against the other', async () => {
    const answer = (await (await rigWith()).get('/v1/compare?a=r1&b=r2')).json();
    expect(answer).toMatchObject({ before: { runId: 'r1', build: '41' }, after: { runId: 'r2', outcome: 'failed' } });
    expect(answer.numbers.length).toBeGreaterThan(0);
  });

  it('needs two runs that are over', async () => {
    const rig = await rigWith();
    expect((await rig.get('/v1/compare?a=r1&b=r9')).json()).toMatchObject({ code: 'run_unknown' });
    expect((await rig.get('/v1/compare?a=r1')).statusCode).toBe(400);
  });
});

describe('the report over HTTP', () => {
  it('as a page may run nothing, whatever stands in it', async () => {
    const { headers, body } = await (await rigWith()).get('/v1/runs/r1/report?format=html');
    expect(body).toBe('html report of r1');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(HTML_REPORT_CSP);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is told on one screen too', async () => {
    const { headers, body } = await (await rigWith()).get('/v1/runs/r1/report?format=summary');
    expect([headers['content-type'], body]).toEqual(['text/plain; charset=utf-8', 'summary report of r1']);
  });
});
