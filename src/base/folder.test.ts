import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from './errors.ts';
import { folderUnusable, makeFolder } from './folder.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'soakd-folder-'));
});
afterAll(() => rmSync(home, { recursive: true }));

/** What `makeFolder` throws. */
function refusal(path: string): unknown {
  try {
    makeFolder(path, '--data');
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`${path} was made`);
}

describe('a folder of ours', () => {
  it('is made with those above it, for its owner alone, and is left as it is when it is there', () => {
    const path = join(home, 'a', 'b', 'c');
    makeFolder(path, '--data');
    expect(statSync(join(home, 'a')).mode & 0o777).toBe(0o700);
    writeFileSync(join(path, 'kept'), '');
    makeFolder(path, '--data');
    expect(existsSync(join(path, 'kept'))).toBe(true);
  });

  it('is refused where the system takes none, instead of trying for ever', () => {
    const thrown = refusal('/proc/soakd/data');
    expect(thrown).toMatchObject({ code: 'folder_unusable', exitCode: 5, cause: { code: 'ENOENT' } });
    expect(describeError(thrown)).toMatch(
      /^the folder \/proc\/soakd\/data cannot be used: its file system takes no new/,
    );
  });

  it('is refused where a file is in the way, there or above', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      expect(refusal(path)).toMatchObject({
        code: 'folder_unusable',
        message: expect.stringContaining('a file is in'),
      });
    }
  });

  it('is refused when it is there and may not be written', () => {
    const path = join(home, 'shut');
    makeFolder(path, '--data');
    chmodSync(path, 0o500);
    // To root no mode is an obstacle.
    if (process.getuid?.() === 0) {
      makeFolder(join(path, 'below'), '--data');
      return;
    }
    expect(refusal(path)).toMatchObject({ code: 'folder_unusable', cause: { code: 'EACCES' } });
    expect(refusal(join(path, 'below'))).toMatchObject({ code: 'folder_unusable', cause: { code: 'EACCES' } });
  });

  it.each([
    ['EACCES', 'this user may not write there', 'check owner and mode'],
    ['EROFS', 'its file system is read-only', 'mount it for writing'],
    ['ENOSPC', 'the disk is full', 'free some space'],
    ['EIO', 'it cannot be made or written', 'name another folder with --data'],
  ])('that cannot be used for %s is told from others, with what to do', (code, problem, hint) => {
    const error = folderUnusable('/data', Object.assign(new Error(`${code}: no`), { code }), '--data');
    expect(describeError(error)).toBe(`the folder /data cannot be used: ${problem}: ${code}: no`);
    expect(error.hint).toContain(hint);
    expect(error.hint).toContain('--data');
  });
});
