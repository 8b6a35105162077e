/**
 * Writes the JSON Schemas that editors check profiles and the daemon's configuration with: `npm run schema`. With
 * `--check` nothing is written, and the exit code is 1 when a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertRulesJsonSchema } from '../src/alert/rules-file.ts';
import { profileJsonSchema } from '../src/config/json-schema.ts';
import { daemonJsonSchema } from '../src/daemon/config.ts';
import { samplerSchemas } from '../src/sample/registry.ts';
import { scheduleJsonSchema } from '../src/schedule/schema.ts';

const SCHEMAS = {
  'profile.schema.json': profileJsonSchema(samplerSchemas),
  'daemon.schema.json': daemonJsonSchema(),
  'alerts.schema.json': alertRulesJsonSchema(),
  'schedule.schema.json': scheduleJsonSchema(),
};
const onlyCheck = process.argv.includes('--check');

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const file = join(import.meta.dirname, '..', 'config', name);
  const wanted = `${JSON.stringify(schema, null, 2)}\n`;
  if (readOrEmpty(file) === wanted) console.error(`config/${name} is current`);
  else if (onlyCheck) {
    console.error(`config/${name} is stale: npm run schema`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, wanted);
    console.error(`wrote config/${name}`);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
