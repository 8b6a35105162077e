/** An archive leaves the house: secrets that somebody wrote into the profile stay behind. */
import { shownSource, shownText, shownValue } from '../../config/profile-secrets.ts';
import type { Run } from '../../model/run.ts';
import type { ArchivedFile, ArchivedRow } from './lines.ts';

type WithProfile = Pick<Run, 'profile' | 'profileSource'>;

/** Rows as they may be exported. A run without written secrets is the same, byte for byte. */
export function* shownRows(rows: Iterable<ArchivedRow>): Generator<ArchivedRow> {
  for (const row of rows) {
    const [createdMs = null, body] = row.values;
    yield row.table.name === 'run' ? { ...row, values: [createdMs, shownRun(String(body))] } : row;
  }
}

function shownRun(body: string): string {
  const run: WithProfile = JSON.parse(body);
  const { profile, profileSource } = run;
  const shown = { profile: shownValue(profile, profileSource), profileSource: shownSource(profileSource) };
  return JSON.stringify({ ...run, ...shown });
}

/** Small files of a run as they may be exported: the settings of k6 hold its headers, its log may. `source` is the profile. */
export function* shownFiles(files: Iterable<ArchivedFile>, source: string): Generator<ArchivedFile> {
  for (const file of files) {
    const text = file.content.toString('utf8');
    const shown = file.name.endsWith('.json') ? shownJson(text, source) : shownText(text, source);
    yield shown === text ? file : { ...file, content: Buffer.from(shown) };
  }
}

/** Also finds what JSON writes with escapes. What nothing is to be hidden in stays as it is laid out. */
function shownJson(text: string, source: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return shownText(text, source);
  }
  const shown = shownValue(value, source);
  return JSON.stringify(shown) === JSON.stringify(value) ? text : `${JSON.stringify(shown, null, 2)}\n`;
}
