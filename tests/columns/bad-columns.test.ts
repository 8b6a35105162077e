import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { readColumns } from '../../src/detect/columns/read-columns.ts';

const folder = join(import.meta.dirname, 'bad');
const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));

function problemsOf(name: string): string {
  const result = readColumns(readFileSync(join(folder, name)), name);
  if (result.ok) return 'no problem was found\n';
  const lines = result.problems.map(formatProblem);
  return `${[...lines, ...(result.unshown > 0 ? [`and ${result.unshown} more`] : [])].join('\n')}\n`;
}

describe('a bad file of columns', () => {
  it.each(files)('%s gives exactly the problems in its .expected.txt', async (name) => {
    await expect(problemsOf(name)).toMatchFileSnapshot(join(folder, name.replace('.csv', '.expected.txt')));
  });

  it('has its pair, and there are at least twenty', () => {
    const missing = files.filter((name) => !existsSync(join(folder, name.replace('.csv', '.expected.txt'))));
    expect(missing).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(20);
  });
});
