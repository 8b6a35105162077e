import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { freePort, type RunningServer, startServer, temporaryFolder } from '../../../tests/support/server-process.ts';
import { seededRandom } from '../../base/random.ts';
import type { NewEvent } from '../../model/run.ts';
import { runSampling } from '../loop.ts';
import { samplerPlugins } from '../registry.ts';
import { startSampler } from '../start-sampler.ts';
import { processSource } from './process.ts';

const program = join(import.meta.dirname, '../../../tests/support/growing-process.ts');

const context = samplerContext();
const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** `mark` stands on the command line, so that a pattern can find this one process. */
async function startTarget(port = 0, mark = 'target'): Promise<RunningServer> {
  const server = await startServer({
    program: process.execPath,
    args: [program, String(port), mark],
    ready: /listening on (\d+)/,
  });
  running.push(server);
  return server;
}

const tell = async ({ port }: RunningServer, what: string): Promise<void> => {
  await (await fetch(`http://127.0.0.1:${port}/${what}`)).text();
};

const MEBIBYTE = 1024 * 1024;

describe('process samples', () => {
  it('find the process by its port and see its memory, threads, descriptors and connections grow', async () => {
    const target = await startTarget();
    const sampler = await OneSampler.start('process', { port: target.port }, context);
    const before = await sampler.read();
    expect(before.rss_bytes).toBeGreaterThan(20 * MEBIBYTE);
    expect(before.anonymous_bytes).toBeLessThan(before.rss_bytes ?? 0);
    expect(before.threads).toBeGreaterThan(3);
    expect(before).toMatchObject({ connections_listen: 1, connections_close_wait: 0, processes: 1 });

    await tell(target, 'hold?count=64');
    await tell(target, 'connect?count=5');
    const after = await sampler.read();
    expect((after.rss_bytes ?? 0) - (before.rss_bytes ?? 0)).toBeGreaterThan(60 * MEBIBYTE);
    // Both ends of each connection are the target's.
    expect((after.connections_established ?? 0) - (before.connections_established ?? 0)).toBeGreaterThanOrEqual(10);
    expect((after.descriptors ?? 0) - (before.descriptors ?? 0)).toBeGreaterThanOrEqual(10);
  });

  it('have no CPU for the first reading, then what was used of one core since', async () => {
    const target = await startTarget();
    const sampler = await OneSampler.start('process', { pid: target.pid }, context);
    expect((await sampler.read()).cpu_percent).toBeNull();
    const startedMs = context.clock.monotonicMs();
    await tell(target, 'burn?count=400');
    const { cpu_percent } = await sampler.read();
    const tookMs = context.clock.monotonicMs() - startedMs;
    // 400 ms of a core, and what else the process did; ticks are 10 ms.
    expect(cpu_percent).toBeGreaterThan((100 * 380) / (tookMs + 50));
    expect(cpu_percent).toBeLessThan(300);
  });

  it('sum the children, unless told not to', async () => {
    const target = await startTarget();
    await tell(target, 'child');
    const family = await OneSampler.start('process', { pid: target.pid }, context);
    const alone = await OneSampler.start('process', { pid: target.pid, children: false }, context);
    const [all, one] = [await family.read(), await alone.read()];
    expect([all.processes, one.processes]).toEqual([2, 1]);
    expect(all.rss_bytes).toBeGreaterThan(1.3 * (one.rss_bytes ?? 0));
    expect(all.threads).toBeGreaterThan(one.threads ?? 0);
  });

  it('find the process anew by its port when it was restarted, with another identity and its start time', async () => {
    const port = await freePort();
    const first = await startTarget(port);
    const sampler = await OneSampler.start('process', { port }, context);
    await sampler.read();
    const identity = sampler.sampler.identity?.();
    expect(identity).toContain(`pid ${first.pid}, `);

    await first.stop();
    await expect(sampler.read()).rejects.toThrow(`nothing listens on port ${port}`);

    const second = await startTarget(port);
    expect((await sampler.read()).rss_bytes).toBeGreaterThan(0);
    expect(sampler.sampler.identity?.()).toContain(`pid ${second.pid}, `);
    const agoMs = context.clock.now() - (sampler.sampler.startedMs?.() ?? 0);
    expect(agoMs).toBeGreaterThan(0);
    expect(agoMs).toBeLessThan(60_000);
  });

  it('do not take another process for one that was named by pid and has ended', async () => {
    const target = await startTarget();
    const sampler = await OneSampler.start('process', { pid: target.pid }, context);
    await sampler.read();
    await target.stop();
    await expect(sampler.read()).rejects.toThrow(`process ${target.pid} has ended`);
  });

  it('refuse the forwarder of a container: it is not the target', async () => {
    const forwarder = await startServer({
      program: process.execPath,
      argv0: '/usr/bin/docker-proxy',
      args: [program],
      ready: /listening on (\d+)/,
    });
    running.push(forwarder);
    const sampler = await OneSampler.start('process', { port: forwarder.port }, context);
    await expect(sampler.read()).rejects.toThrow('is only forwarded by docker-proxy');
  });

  it('make of a restart a gap, two events at its edges, and the restart dated by the new process', async () => {
    const port = await freePort();
    const first = await startTarget(port);
    const settings = { port };
    const sampler = await startSampler({ kind: 'process', name: 'agent', settings }, samplerPlugins, context);
    const stop = new AbortController();
    const events: NewEvent[] = [];
    const kinds = (): string[] => events.map(({ kind }) => kind);
    const sights = ['target_identified', 'source_failed', 'target_restarted'] as const;
    const [identified, failed, restarted] = sights.map((kind) => ({ kind, ...Promise.withResolvers<void>() }));
    const done = runSampling({
      clock: context.clock,
      random: seededRandom(1),
      intervalMs: 1000,
      sources: [{ name: 'agent', kind: 'process', role: 'target', sampler }],
      onSamples: () => undefined,
      onEvent: (event) => {
        events.push(event);
        for (const sight of [identified, failed, restarted]) if (sight?.kind === event.kind) sight.resolve();
      },
      signal: stop.signal,
    });
    await identified?.promise;
    await first.stop();
    await failed?.promise;
    const goneMs = context.clock.now();
    const second = await startTarget(port);
    await restarted?.promise;
    stop.abort();
    await done;
    expect(kinds()).toEqual(['target_identified', 'source_failed', 'source_recovered', 'target_restarted']);
    const restart = events.at(-1);
    expect(restart?.data.before).toContain(`pid ${first.pid}, `);
    expect(restart?.data.identity).toContain(`pid ${second.pid}, `);
    // Start times are counted in ticks since boot, and the boot itself is known to a hundredth of a second.
    expect(restart?.atMs).toBeGreaterThan(goneMs - 100);
    expect(restart?.atMs).toBeLessThanOrEqual(Number(restart?.data.seenMs));
  });

  it('find the process by its pid file', async () => {
    const folder = await temporaryFolder('pid-file');
    try {
      const path = join(folder.path, 'shop.pid');
      const sampler = await OneSampler.start('process', { pid_file: path }, context);
      await expect(sampler.read()).rejects.toThrow(`there is no file ${path}`);
      await writeFile(path, 'soon\n');
      await expect(sampler.read()).rejects.toThrow('holds no pid');
      const target = await startTarget();
      await writeFile(path, `${target.pid}\n`);
      expect((await sampler.read()).rss_bytes).toBeGreaterThan(0);
    } finally {
      await folder.remove();
    }
  });

  it('find the process by its command line, and say which ones fit when there are two', async () => {
    const mark = `mark-${await freePort()}`;
    const first = await startTarget(0, mark);
    const sampler = await OneSampler.start('process', { command: `growing-process.*${mark}` }, context);
    await sampler.read();
    expect(sampler.sampler.identity?.()).toContain(`pid ${first.pid}, `);

    const second = await startTarget(0, mark);
    const other = await OneSampler.start('process', { command: mark }, context);
    const pids = [first.pid, second.pid].toSorted((a, b) => a - b).join(', ');
    await expect(other.read()).rejects.toThrow(`fits 2 processes: ${pids}`);
    const none = await OneSampler.start('process', { command: 'no-such-program-runs-here' }, context);
    await expect(none.read()).rejects.toThrow('no command line matches');
  });

  it('find the process behind the port of the target when nothing else is said, but only on this machine', async () => {
    const target = await startTarget();
    const here = { ...context, targetUrl: `http://127.0.0.1:${target.port}` };
    const sampler = await OneSampler.start('process', {}, here);
    await sampler.read();
    expect(sampler.sampler.identity?.()).toContain(`pid ${target.pid}, `);

    const away = { ...context, targetUrl: 'https://staging.example' };
    await expect(OneSampler.start('process', {}, away)).rejects.toThrow('it is not on this machine');
  });

  it('want at most one way to find the process, and a pattern that is one', () => {
    const problems = (given: object): string[] =>
      processSource.settings.safeParse(given).error?.issues.map(({ message }) => message) ?? [];
    expect(problems({})).toEqual([]);
    expect(problems({ pid: 1, port: 80 })).toEqual(['pid and port exclude each other']);
    expect(problems({ command: 'a(' })).toEqual(['"a(" is not a regular expression']);
    expect(problems({ port: 80 })).toEqual([]);
  });
});
