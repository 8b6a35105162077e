import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runInChild, siblingModule } from './child-task.ts';

const folder = mkdtempSync(join(tmpdir(), 'soakd-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A module that runs `body` with `answerParent` in scope. */
function moduleOf(name: string, body: string): URL {
  const file = join(folder, `${name}.ts`);
  const task = new URL('./child-task.ts', import.meta.url).href;
  writeFileSync(file, `import { answerParent } from ${JSON.stringify(task)};\n${body}\n`);
  return pathToFileURL(file);
}

describe('work in a process of its own', () => {
  it('gets its order and gives its answer, with what JSON cannot say', async () => {
    const echo = moduleOf('echo', 'await answerParent(async (order) => ({ order, nothing: undefined, none: NaN }));');
    expect(await runInChild(echo, { a: [1, null], b: Infinity })).toEqual({
      order: { a: [1, null], b: Number.POSITIVE_INFINITY },
      nothing: undefined,
      none: Number.NaN,
    });
  });

  it('fails for the reason that the work failed for', async () => {
    const failing = moduleOf('failing', "await answerParent(() => Promise.reject(new Error('no such run')));");
    await expect(runInChild(failing, {})).rejects.toThrow('no such run');
  });

  it('fails with the last words of a process that dies without an answer', async () => {
    const dying = moduleOf('dying', "console.error('out of memory'); process.exit(134);");
    await expect(runInChild(dying, {})).rejects.toThrow('the process ended (134) without an answer: out of memory');
  });

  it('is called off at once, before or while it runs', async () => {
    const endless = moduleOf('endless', 'await answerParent(() => new Promise(() => undefined));');
    const off = new AbortController();
    const work = runInChild(endless, {}, off.signal);
    off.abort(new Error('called off'));
    await expect(work).rejects.toThrow('called off');
    await expect(runInChild(endless, {}, off.signal)).rejects.toThrow('called off');
  });

  it('finds its module beside the caller, compiled or not', () => {
    expect(siblingModule('file:///app/dist/soak/a.js', 'b').pathname).toBe('/app/dist/soak/b.js');
    expect(siblingModule('file:///app/src/soak/a.ts', 'b').pathname).toBe('/app/src/soak/b.ts');
  });
});
