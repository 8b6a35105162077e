import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problemOf } from '../api/problem.ts';
import { readReportFile } from './report-files.ts';

describe('a report that is gone with its rows', () => {
  it('is told to be missing without a word of where it would lie', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'soakd-reports-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // One is not there, the other cannot be read.
    mkdirSync(join(folder, 'report.json'));
    for (const [format, said] of [
      ['md', 'its report.md'],
      ['json', 'its report.json (EISDIR)'],
    ] as const) {
      const problem = problemOf(await readReportFile(folder, format).catch((thrown: unknown) => thrown), 'req-1');
      expect(problem).toMatchObject({ status: 410, code: 'report_missing', detail: expect.stringContaining(said) });
      expect(JSON.stringify(problem)).not.toContain(folder);
    }
  });
});
