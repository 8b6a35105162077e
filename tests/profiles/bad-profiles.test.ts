import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatProblem, parseProfile } from '../../src/config/profile.ts';

const folder = join(import.meta.dirname, 'bad');
const profiles = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Stands for the registry, whose kinds and settings change with the plug-ins. */
const samplerSchemas = {
  process: z.strictObject({ port: z.int().optional() }),
  redis: z.strictObject({ url: z.url() }),
};

function problemsOf(name: string): string {
  const result = parseProfile(readFileSync(join(folder, name), 'utf8'), {
    fileName: join(folder, name),
    readFile: (path) => readFileSync(path, 'utf8'),
    samplerSchemas,
  });
  const problems = result.ok ? ['no problem was found'] : result.problems;
  const lines = problems.map((problem) =>
    typeof problem === 'string' ? problem : formatProblem({ ...problem, file: basename(problem.file) }),
  );
  return `${lines.join('\n')}\n`;
}

describe('a bad profile', () => {
  it.each(profiles)('%s gives exactly the problems in its .expected.txt', async (name) => {
    await expect(problemsOf(name)).toMatchFileSnapshot(join(folder, name.replace('.yaml', '.expected.txt')));
  });

  it('has its pair, and there are at least thirty', () => {
    const missing = profiles.filter((name) => !existsSync(join(folder, name.replace('.yaml', '.expected.txt'))));
    expect(missing).toEqual([]);
    expect(profiles.length).toBeGreaterThanOrEqual(30);
  });
});
