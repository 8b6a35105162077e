import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileShelf } from './profile-shelf.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'soakd-shelf-'));
  folder = join(root, 'profiles');
  mkdirSync(folder);
  writeFileSync(join(folder, 'weekly.yaml'), 'soak_test: { name: weekly }\n');
  writeFileSync(join(folder, 'smoke.yml'), 'soak_test: { name: smoke }\n');
  writeFileSync(join(root, 'secret.yaml'), 'password: hunter2\n');
});
afterEach(() => rmSync(root, { recursive: true }));

const refused = (code: string) => expect.objectContaining({ code });

describe("the operator's profiles", () => {
  it('are the YAML files of one folder, by name, as they are at the moment', () => {
    writeFileSync(join(folder, '.hidden.yaml'), '');
    writeFileSync(join(folder, 'notes.txt'), '');
    writeFileSync(join(folder, 'odd name.yaml'), '');
    const shelf = profileShelf(() => folder);
    expect(shelf.names()).toEqual(['smoke', 'weekly']);
    expect(shelf.read('weekly')).toEqual({
      source: 'soak_test: { name: weekly }\n',
      file: join(folder, 'weekly.yaml'),
    });
    writeFileSync(join(folder, 'new.yaml'), '');
    expect(shelf.names()).toContain('new');
  });

  it('are none without a folder, or while it is not there', () => {
    for (const at of [null, join(root, 'missing')]) {
      const shelf = profileShelf(() => at);
      expect(shelf.names()).toEqual([]);
      expect(() => shelf.read('weekly')).toThrow(refused('profile_unknown'));
    }
  });

  it('are reached by no path, whatever is sent as a name', () => {
    const shelf = profileShelf(() => folder);
    const pieces = fc.constantFrom('..', '.', '/', '\\', 'weekly', 'secret', '.yaml', '%2e', '\0', root, folder);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 6 }).map((some) => some.join('')),
        ),
        (name) => {
          fc.pre(name !== 'weekly' && name !== 'smoke');
          expect(() => shelf.read(name)).toThrow(refused('profile_unknown'));
        },
      ),
    );
  });

  it('are not read where a link leads out of the folder, nor where no regular file is', () => {
    symlinkSync(join(root, 'secret.yaml'), join(folder, 'link.yaml'));
    mkdirSync(join(folder, 'folder.yaml'));
    mkdirSync(join(folder, '..data'));
    writeFileSync(join(folder, '..data', 'mounted.yaml'), 'soak_test: {}\n');
    symlinkSync(join('..data', 'mounted.yaml'), join(folder, 'mounted.yaml'));
    const shelf = profileShelf(() => folder);
    for (const name of ['link', 'folder']) expect(() => shelf.read(name)).toThrow(refused('profile_unreadable'));
    expect(shelf.read('mounted').source).toBe('soak_test: {}\n');
  });
});
