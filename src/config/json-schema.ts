import { z } from 'zod';
import { type SamplerSchemas, samplerRole } from './monitoring.ts';
import { profileSchema } from './profile.ts';

/** A part of a JSON Schema document. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The profile format as JSON Schema (draft 2020-12) for editors, from the same schema that checks profiles.
 * Rules across keys (ratios that add up, hours that meet) are not in it: `soakd validate` knows them.
 */
export function profileJsonSchema(samplerSchemas: SamplerSchemas): JsonSchema {
  const schema = toJsonSchema(profileSchema(samplerSchemas));
  const samplers = find(schema, ['soak_test', 'monitoring', 'samplers']);
  if (samplers !== null)
    samplers.items = { anyOf: Object.entries(samplerSchemas).map(([kind, settings]) => samplerItem(kind, settings)) };
  return { title: 'soakd profile', ...schema };
}

const toJsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // zod leaves both out where a value is transformed; here they describe what is written, not what it becomes.
      const examples: unknown = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      const required = requiredKeys(zodSchema);
      if (required.length > 0) jsonSchema.required = required;
    },
  });

function requiredKeys(schema: z.core.$ZodType): string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const optional = (value: unknown): boolean => value instanceof z.ZodOptional || value instanceof z.ZodDefault;
  return Object.entries(schema.shape).flatMap(([key, value]) => (optional(value) ? [] : [key]));
}

/** The entry for one kind of sampler: its own settings beside `kind`, `name` and `role`. */
function samplerItem(kind: string, settings: z.ZodType): JsonSchema {
  const { $schema, properties, required, ...rest } = toJsonSchema(settings);
  const name: JsonSchema = { type: 'string', description: 'prefix of its series; the kind when it is not given' };
  const { $schema: _, ...role } = toJsonSchema(samplerRole);
  return {
    ...rest,
    title: kind,
    properties: { kind: { type: 'string', const: kind }, name, role, ...properties },
    required: ['kind', ...(required ?? [])],
  };
}

/** The schema of a key below keys, or null. */
function find(schema: JsonSchema, keys: string[]): JsonSchema | null {
  let at: JsonSchema = schema;
  for (const key of keys) {
    const next = at.properties?.[key];
    if (next === undefined || typeof next === 'boolean') return null;
    at = next;
  }
  return at;
}
