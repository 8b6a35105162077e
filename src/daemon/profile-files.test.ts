import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileReader } from '../soak/read-profile.ts';
import { profileFiles } from './profile-files.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'soakd-files-'));
  folder = join(root, 'profiles');
  mkdirSync(folder);
  writeFileSync(join(folder, 'curve.csv'), 'time,requests_per_minute\n09:30,45\n');
  writeFileSync(join(root, 'secret.csv'), 'password,hunter2\n');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('files that profiles from elsewhere name', () => {
  it('are read below the folder of the operator, and nowhere else', () => {
    const files = profileFiles(folder, true);
    expect(files.read(join(folder, 'curve.csv'))).toContain('09:30');
    symlinkSync(join(root, 'secret.csv'), join(folder, 'link.csv'));
    for (const path of [join(root, 'secret.csv'), join(folder, 'link.csv'), `${folder}-beside/curve.csv`]) {
      expect(() => files.read(path), path).toThrow(expect.objectContaining({ code: 'file_refused' }));
    }
  });

  it('do not tell by the refusal whether something is there', () => {
    const { read } = profileFiles(folder, true);
    const refusal = (name: string): unknown => {
      try {
        return read(join(root, name));
      } catch (thrown) {
        return String(thrown);
      }
    };
    expect(refusal('secret.csv')).toBe(refusal('no-such.csv'));
  });

  it('are all read on loopback and none elsewhere when no folder is named', () => {
    expect(profileFiles(null, true).read(join(root, 'secret.csv'))).toContain('hunter2');
    expect(() => profileFiles(null, false).read(join(folder, 'curve.csv'))).toThrow('takes no files');
  });

  it('are regular: a device would never end', () => {
    expect(() => profileFiles(null, true).read('/dev/zero')).toThrow('no regular file');
    expect(() => profileFiles(null, true).read(root)).toThrow('no regular file');
  });
});

describe('a profile from elsewhere', () => {
  const soak = (rest: string): string => `soak_test:\n  name: weekly\n  duration: 24h\n${rest}`;
  const read = (rest: string) =>
    profileReader({ readFile: profileFiles(folder, false).read, baseFolder: folder, quoteFiles: false })({
      profileSource: soak(rest),
      profileName: 'weekly.yaml',
      targetUrl: 'http://127.0.0.1:8080',
    });
  const curve = (file: string): string => `  traffic_pattern: { curve: { file: "${file}" } }\n`;

  it('finds its files in the folder of the operator', () => {
    expect(read(curve('curve.csv')).traffic.curve?.points).toHaveLength(1);
  });

  it('is told which line of its file is wrong, and not what stands there', () => {
    writeFileSync(join(folder, 'notes.csv'), 'time,rate\n09:30,45\nhunter2\nhunter3,4\n');
    expect(() => read(curve('notes.csv'))).toThrow(/"notes.csv" is no curve: line 3, and 1 more/);
    expect(() => read(curve('notes.csv'))).not.toThrow('hunter');
  });

  it('is refused a file outside, with what the operator can do', () => {
    expect(() => read(curve('../secret.csv'))).toThrow(/"..\/secret.csv" lies outside .*; put it below that folder/);
  });

  it('cannot have just any file run as a script: k6 would quote it where it stumbles', () => {
    writeFileSync(join(folder, 'environment'), 'TOKEN=hunter2\n');
    const script = '  traffic_pattern: { base_rate: 30 }\n  workload: { kind: script, file: environment }\n';
    expect(() => read(script)).toThrow(/workload.file: does not end as a script does; k6 runs/);
  });
});
