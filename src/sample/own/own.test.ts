import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { samplerContext } from '../../../tests/support/one-sampler.ts';
import { type RunningServer, startServer } from '../../../tests/support/server-process.ts';
import { ownPid, ownUsage } from '../../base/own-process.ts';
import { processStat } from '../../base/proc.ts';
import { knownIdentities } from '../identities.ts';
import { processStatus } from '../proc.ts';
import type { SampledSource } from '../source-reader.ts';
import { generatorSource } from './generator.ts';
import { selfSource } from './self.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

const read = async ({ sampler }: SampledSource): Promise<Record<string, number | null>> => {
  const values = await sampler.read(new AbortController().signal);
  return Object.fromEntries(sampler.series.map(({ name }, at) => [name, values[at] ?? null]));
};

describe('soakd itself as a source', () => {
  it('tells its memory, its CPU and the lag of its event loop, and is never judged', async () => {
    const context = samplerContext();
    const source = selfSource(context);
    expect(source.role).toBe('self');
    const first = await read(source);
    expect(first.cpu_percent).toBeNull();
    expect(first.rss_bytes).toBeGreaterThan(first.heap_used_bytes ?? 0);

    // A watch of the same kind tells when the timer of the source has fired before and after the loop stood still.
    const watch = monitorEventLoopDelay({ resolution: 20 });
    watch.enable();
    const fired = async (times: number): Promise<void> => {
      for (const before = watch.count; watch.count < before + times; ) await processStatus(ownPid());
    };
    await fired(2);
    for (const startMs = ownUsage().cpuMs; ownUsage().cpuMs - startMs < 200; );
    await fired(2);
    watch.disable();
    const second = await read(source);
    expect(second.cpu_percent).toBeGreaterThan(10);
    expect(second.event_loop_lag_p99_ms).toBeGreaterThan(50);
    expect(await context.undo.unwind()).toEqual([]);
  });
});

describe('k6 as a source', () => {
  it('is whatever process works for the run at the time; without one there are nulls and no failure', async () => {
    let current: { pid: number; startTicks: number } | null = null;
    const source = generatorSource(() => current);
    expect(source.role).toBe('generator');
    expect(new Set(Object.values(await read(source)))).toEqual(new Set([null]));

    const program = join(import.meta.dirname, '../../../tests/support/growing-process.ts');
    const child = await startServer({ program: process.execPath, args: [program], ready: /listening on (\d+)/ });
    running.push(child);
    const stat = processStat(child.pid);
    current = { pid: child.pid, startTicks: stat?.startTicks ?? 0 };
    const values = await read(source);
    expect(values.rss_bytes).toBeGreaterThan(1_000_000);
    expect(values.descriptors).toBeGreaterThan(3);
    expect(Object.keys(values).filter((name) => name.startsWith('connections_'))).toEqual([]);

    // The pid is there, and it is another process: nothing is known of ours.
    current = { pid: ownPid(), startTicks: 1 };
    expect(new Set(Object.values(await read(source)))).toEqual(new Set([null]));
  });
});

describe('what the events of a run tell of those that were read', () => {
  it('is the last identity of each source', () => {
    const known = knownIdentities([
      { kind: 'target_identified', data: { source: 'agent', identity: 'pid 1' } },
      { kind: 'dependency_identified', data: { source: 'cache', identity: 'run a' } },
      { kind: 'source_failed', data: { source: 'cache', reason: 'gone' } },
      { kind: 'target_restarted', data: { source: 'agent', before: 'pid 1', identity: 'pid 2' } },
    ]);
    expect(Object.fromEntries(known)).toEqual({ agent: 'pid 2', cache: 'run a' });
  });
});
