/**
 * The example shop rehearsed again and again: with its leak switch at `--percent` of its resident set a day, and healthy.
 *
 *     npx node bench/rehearsals.ts --tries 10 --percent 5 --rehearse 4m
 *
 * Prints for each try what was said of its memory. Each try has a shop of its own; `--jobs` of them run side by side.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startExampleShop } from '../scripts/example-shop.ts';

const { values: options } = parseArgs({
  options: {
    tries: { type: 'string', default: '10' },
    percent: { type: 'string', default: '5' },
    rehearse: { type: 'string', default: '4m' },
    jobs: { type: 'string', default: '1' },
  },
});

const root = join(import.meta.dirname, '..');
const profile = join(root, 'loadprofiles', 'demo.yaml');
const PAGE_BYTES = 4096;
const PROFILE_DAYS = 3;

const planShape = z.object({ totalRequests: z.number() });
const runShape = z.object({
  verdict: z.object({
    criteria: z.array(z.object({ id: z.string(), status: z.string(), why: z.string() })),
    growth: z.array(z.object({ series: z.string(), state: z.string() })),
  }),
});

interface Result {
  code: number;
  stdout: string;
}

const soakd = (data: string, ...words: string[]): Promise<Result> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'bin', 'soakd'), '--data', data, ...words],
      { maxBuffer: 1 << 26 },
      (error, stdout) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
    );
  });

const residentBytes = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;

async function rehearsed(percent: number): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'soakd-rehearsal-'));
  const shop = await startExampleShop();
  try {
    const planned = await soakd(data, 'plan', profile, '--rehearse', options.rehearse, '--format', 'json');
    const { totalRequests } = planShape.parse(JSON.parse(planned.stdout));
    const level = residentBytes(shop.process.pid ?? 0);
    const leakBytes = Math.round((percent / 100) * PROFILE_DAYS * (level / totalRequests));
    await shop.setLeak(leakBytes);
    const words = ['run', profile, '--target', shop.url, '--rehearse', options.rehearse, '--json'];
    const { code, stdout } = await soakd(data, ...words);
    const { verdict } = runShape.parse(JSON.parse(stdout));
    const memory = verdict.criteria.find(({ id }) => id === 'memory_leak');
    const state = verdict.growth.find(({ series }) => series === 'shop.rss_bytes')?.state ?? '–';
    return `${percent} % a day (${leakBytes} bytes a request of ${(level / 1e6).toFixed(0)} MB): exit ${code}, memory_leak ${memory?.status}, ${state}: ${memory?.why}`;
  } finally {
    shop.process.kill();
    rmSync(data, { recursive: true, force: true });
  }
}

const waiting = Array.from({ length: Number(options.tries) }, () => [Number(options.percent), 0]).flat();
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (let percent = waiting.shift(); percent !== undefined; percent = waiting.shift())
      console.log(await rehearsed(percent));
  }),
);
process.exit(0);
