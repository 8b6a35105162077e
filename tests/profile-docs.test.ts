import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type JsonSchema, profileJsonSchema } from '../src/config/json-schema.ts';
import { formatProblem, parseProfile } from '../src/config/profile.ts';
import { CRITERIA } from '../src/model/criteria.ts';
import { samplerSchemas } from '../src/sample/registry.ts';

const docs = readFileSync('docs/profile.md', 'utf8');
/** Without the padding of tables. */
const rows = docs.split('\n').map((line) => line.replaceAll(/ +/g, ' '));

/** Every key that a profile may hold; settings of samplers have a page of their own. */
function keysOf(schema: JsonSchema | boolean): string[] {
  if (typeof schema === 'boolean') return [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [key, ...keysOf(value)]);
  const items = schema.items === undefined || Array.isArray(schema.items) ? [] : keysOf(schema.items);
  const values = schema.additionalProperties === undefined ? [] : keysOf(schema.additionalProperties);
  const options = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...below, ...items, ...values, ...options.flatMap(keysOf)];
}

const examples = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '');

/** An example that shows one section stands in a profile that has the rest. */
function wholeProfile(example: string): string {
  const data: unknown = parse(example);
  if (typeof data !== 'object' || data === null) throw new Error('an example is not a mapping');
  if ('soak_test' in data) return example;
  return stringify({ soak_test: { name: 'Example', duration: '72h', traffic_pattern: { base_rate: 30 }, ...data } });
}

describe('docs/profile.md', () => {
  it('names every key of the format', () => {
    const keys = new Set(keysOf(profileJsonSchema({})));
    expect(keys.size).toBeGreaterThan(80);
    expect([...keys].filter((key) => !docs.includes(`\`${key}\``) && !docs.includes(`\`${key}:`))).toEqual([]);
  });

  it('gives each criterion the default that it has', () => {
    for (const { id, default: target } of CRITERIA) {
      const row = rows.find((line) => line.startsWith(`| \`${id}\` |`));
      expect(row, id).toContain(target === null ? '| none |' : `| \`${target.text}\` |`);
    }
  });

  it.each(examples.map((example) => [example.split('\n')[0], example]))('has a valid example: %s', (_, example) => {
    const result = parseProfile(wholeProfile(example), {
      fileName: 'docs/example.yaml',
      readFile: (path) => (path.endsWith('.csv') ? '00:00,9\n12:00,75\n' : ''),
      samplerSchemas,
    });
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([]);
  });
});
