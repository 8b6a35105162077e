/**
 * Writes the JSON Schema that editors check profiles with: `npm run schema`. With `--check` nothing is written, and
 * the exit code is 1 when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileJsonSchema } from '../src/config/json-schema.ts';
import { samplerSchemas } from '../src/sample/registry.ts';

const file = join(import.meta.dirname, '..', 'config', 'profile.schema.json');
const wanted = `${JSON.stringify(profileJsonSchema(samplerSchemas), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const current = readOrEmpty(file) === wanted;
  console.error(
    current ? 'config/profile.schema.json is current' : 'config/profile.schema.json is stale: npm run schema',
  );
  process.exitCode = current ? 0 : 1;
} else {
  writeFileSync(file, wanted);
  console.error('wrote config/profile.schema.json');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
