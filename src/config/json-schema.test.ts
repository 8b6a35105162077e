import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type JsonSchema, profileJsonSchema } from './json-schema.ts';

const schema = profileJsonSchema({ redis: z.strictObject({ url: z.url().describe('address') }) });

/** The schema of a key below keys. */
function at(...keys: string[]): JsonSchema {
  let found: JsonSchema = schema;
  for (const key of keys) {
    const next = found.properties?.[key];
    if (next === undefined || typeof next === 'boolean') throw new Error(`no schema for ${keys.join('.')}`);
    found = next;
  }
  return found;
}

describe('the JSON Schema of profiles', () => {
  it('demands what a profile cannot do without', () => {
    expect(schema.required).toEqual(['soak_test']);
    expect(at('soak_test').required).toEqual(['name', 'duration', 'traffic_pattern']);
  });

  it('refuses unknown keys and describes known ones', () => {
    expect(at('soak_test', 'traffic_pattern').additionalProperties).toBe(false);
    expect(at('soak_test', 'traffic_pattern', 'base_rate')).toEqual({
      type: ['number', 'string'],
      description: 'requests a minute at multiplier 1; counts requests, not conversations',
      examples: [30, '2/s'],
    });
  });

  it('takes words or a mapping for calibration windows', () => {
    const [words, settings] = at('soak_test', 'calibration').anyOf ?? [];
    expect(words).toMatchObject({ enum: ['on', 'off', true, false] });
    expect(settings).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(settings?.properties ?? {})).toEqual(['every', 'length', 'rate']);
  });

  it('knows the settings of each kind of sampler', () => {
    expect(at('soak_test', 'monitoring', 'samplers').items).toEqual({
      anyOf: [
        {
          title: 'redis',
          type: 'object',
          additionalProperties: false,
          properties: {
            kind: { type: 'string', const: 'redis' },
            name: { type: 'string', description: 'prefix of its series; the kind when it is not given' },
            role: { type: 'string', enum: ['target', 'dependency'], description: expect.any(String) },
            url: { type: 'string', format: 'uri', description: 'address' },
          },
          required: ['kind', 'url'],
        },
      ],
    });
  });

  it('takes every shipped profile', () => {
    // zod reads the schema back, so that a schema that says too much is noticed.
    const back = z.fromJSONSchema(profileJsonSchema({}) as Parameters<typeof z.fromJSONSchema>[0]);
    for (const name of readdirSync('loadprofiles').filter((file) => file.endsWith('.yaml') && file !== 'demo.yaml')) {
      const { success, error } = back.safeParse(parse(readFileSync(`loadprofiles/${name}`, 'utf8')));
      expect(success, `${name}: ${error?.message}`).toBe(true);
    }
  });
});
