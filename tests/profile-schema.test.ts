import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { profileJsonSchema } from '../src/config/json-schema.ts';
import { formatProblem, parseProfile } from '../src/config/profile.ts';
import { samplerSchemas } from '../src/sample/registry.ts';

describe('config/profile.schema.json', () => {
  it('is current; `npm run schema` writes it', () => {
    const stored: unknown = JSON.parse(readFileSync('config/profile.schema.json', 'utf8'));
    expect(stored).toEqual(JSON.parse(JSON.stringify(profileJsonSchema(samplerSchemas))));
  });
});

describe('shipped profiles', () => {
  it.each(readdirSync('loadprofiles').filter((name) => name.endsWith('.yaml')))(
    '%s fits the samplers that there are',
    (name) => {
      const fileName = `loadprofiles/${name}`;
      const result = parseProfile(readFileSync(fileName, 'utf8'), {
        fileName,
        readFile: (path) => readFileSync(path, 'utf8'),
        samplerSchemas,
      });
      expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([]);
    },
  );
});
