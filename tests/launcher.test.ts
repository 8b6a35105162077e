/** The launcher on a Node that is not ours: a fresh clone is met by the system's own, which may be older than soakd needs. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processIds, processStat } from '../src/base/proc.ts';
import { Soakd, type SoakdOptions, soakd } from './support/soakd.ts';

/** As in bin/soakd: an older one only starts the pinned one. */
const OLDEST_NODE = 24;
const BAD = 'tests/fixtures/cli/bad.yaml';

interface Node {
  path: string;
  major: number;
}

/** The first Node on the PATH that is another program than the one that runs this, an old one before a new one. */
function otherNode(): Node | null {
  const ours = realpathSync(process.execPath);
  const others: Node[] = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    if (folder === '' || !existsSync(path)) continue;
    // A shim may lead to our own after all, so it is asked itself.
    const asked = spawnSync(path, ['-p', 'process.execPath + "\\n" + process.versions.node'], { encoding: 'utf8' });
    const [real = '', version = ''] = asked.stdout?.split('\n') ?? [];
    if (asked.status === 0 && existsSync(real) && realpathSync(real) !== ours) {
      others.push({ path, major: Number(version.split('.')[0]) });
    }
  }
  return others.find(({ major }) => major < OLDEST_NODE) ?? others[0] ?? null;
}

const other = otherNode();
if (other === null) console.log('skipped: no Node but our own is on the PATH, so the launcher is not tried on another');

// In CI nothing is skipped: without another Node the tests run and fail.
describe.skipIf(other === null && process.env.CI !== 'true')('the launcher on another Node', () => {
  let folder: string;
  const programs: Soakd[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-launcher-'));
  });
  afterAll(() => {
    for (const program of programs) program.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const onOther = (options: SoakdOptions = {}): SoakdOptions => {
    if (other === null) throw new Error('no Node but our own is on the PATH');
    return { node: other.path, ...options };
  };

  /** A daemon on a free port, up and serving, and the process of soakd below the launcher. */
  async function daemon(name: string): Promise<{ program: Soakd; child: number | undefined }> {
    const config = join(folder, `${name}.yaml`);
    writeFileSync(config, 'listen: 127.0.0.1:0\n');
    const program = new Soakd(['daemon', '--config', config, '--data', join(folder, name)], onOther());
    programs.push(program);
    await program.until('out', /http:\S+/);
    return { program, child: processIds().find((pid) => processStat(pid)?.parentPid === program.pid) };
  }

  it('starts soakd all the same: data, talk and exit code are those of our own', async () => {
    for (const args of [['--version'], ['validate', BAD], ['run'], ['plan', 'nowhere.yaml']]) {
      expect(await soakd(args, onOther())).toEqual(await soakd(args));
    }
    expect((await soakd(['validate', BAD], onOther())).code).toBe(2);
  });

  it('works from any folder', async () => {
    expect((await soakd(['--version'], onOther({ cwd: folder }))).code).toBe(0);
  });

  it('passes SIGTERM on, and ends when soakd has ended in order', async () => {
    const { program, child } = await daemon('told');
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, signal: null, said: expect.stringContaining('told to stop') });
    expect(child === undefined ? null : processStat(child)).toBeNull();
  });

  // A Node that is new enough runs soakd itself; an older one has it as a child.
  if (other === null || other.major < OLDEST_NODE) {
    it('dies of what soakd died of', async () => {
      const { program, child } = await daemon('killed');
      if (child === undefined) throw new Error('the launcher has no child');
      process.kill(child, 'SIGKILL');
      expect(await program.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    });

    it('says what is missing where the pinned Node is not installed, and ends with 5', async () => {
      const bare = join(folder, 'bare');
      mkdirSync(join(bare, 'dist', 'cli'), { recursive: true });
      cpSync('bin', join(bare, 'bin'), { recursive: true });
      writeFileSync(join(bare, 'dist', 'cli', 'main.js'), '');
      const { code, said } = await soakd(['--version'], onOther({ launcher: join(bare, 'bin', 'soakd') }));
      expect(said).toMatch(/^soakd: needs Node 24 or newer, this is v\d+\..*\nhint: npm run setup/);
      expect(code).toBe(5);
    });
  }
});
