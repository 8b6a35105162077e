/** The launcher on a Node that is not ours: a fresh clone is met by the system's own, which may be older than soakd needs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processIds, processStat } from '../src/base/proc.ts';
import { OLDEST_NODE, otherNode } from './support/other-node.ts';
import { Soakd, type SoakdOptions, soakd } from './support/soakd.ts';

const BAD = 'tests/fixtures/cli/bad.yaml';

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

  it('lets a daemon go on when its terminal closes: it reads its configuration again', async () => {
    const { program } = await daemon('hung-up');
    program.kill('SIGHUP');
    await program.until('said', /soakd goes on until SIGTERM[\s\S]*the configuration was read again/);
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, signal: null });
  });

  // A Node that is new enough runs soakd itself; an older one has it as a child.
  if (other === null || other.major < OLDEST_NODE) {
    it('dies of what soakd died of', async () => {
      const { program, child } = await daemon('killed');
      if (child === undefined) throw new Error('the launcher has no child');
      process.kill(child, 'SIGKILL');
      expect(await program.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    });

    it('has soakd end in order when it is killed itself, and so could tell it nothing', async () => {
      const { program } = await daemon('orphaned');
      program.kill('SIGKILL');
      // Resolves when the pipes close that soakd has inherited.
      expect((await program.ended).said).toMatch(/told to stop.*live runs are left to the next one/s);
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
