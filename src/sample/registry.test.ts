import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { samplerContext } from '../../tests/support/one-sampler.ts';
import { samplerPlugins, samplerSchemas } from './registry.ts';
import { roleOf } from './start-sampler.ts';

const folder = join(import.meta.dirname, 'sources');
const page = readFileSync(join(import.meta.dirname, '../../docs/samplers.md'), 'utf8');

/** Text between the heading of a kind and the next heading of its rank. */
const sectionOf = (kind: string): string =>
  page.split(/^## /m).find((section) => section.startsWith(`${kind}\n`)) ?? '';

/** Every key that may stand in the settings of a kind, those of nested mappings too. */
function keysOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, inside] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(inside)) found.add(name);
    keysOf(inside, found);
  }
  return found;
}

/** Keys of a schema that have no description. */
function undescribed(schema: unknown, at = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inside]) =>
    key === 'properties'
      ? Object.entries(inside as Record<string, { description?: string }>).flatMap(([name, one]) => [
          ...(one.description === undefined ? [`${at}.${name}`] : []),
          ...undescribed(one, `${at}.${name}`),
        ])
      : undescribed(inside, at),
  );
}

const exampleSchema = z.object({
  samplers: z.tuple([z.looseObject({ kind: z.string(), name: z.string() })]),
});

describe('the registry of samplers', () => {
  it('holds every file of the folder once', async () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    expect(files.map((name) => name.replace('.ts', '').replaceAll('-', '_')).toSorted()).toEqual(
      samplerPlugins.map(({ kind }) => kind).toSorted(),
    );
    for (const file of files) {
      const exported: Record<string, unknown> = await import(join(folder, file));
      expect(
        samplerPlugins.some((plugin) => Object.values(exported).includes(plugin)),
        file,
      ).toBe(true);
    }
    expect(Object.keys(samplerSchemas)).toEqual(samplerPlugins.map(({ kind }) => kind));
  });

  it('takes databases for dependencies and everything else for the target, unless the profile says so', () => {
    const usual = samplerPlugins.filter(
      (plugin) => roleOf({ kind: plugin.kind, name: 'x', settings: {} }, [plugin]) === 'dependency',
    );
    expect(usual.map(({ kind }) => kind)).toEqual(['redis', 'mongodb']);
    const redis = { kind: 'redis', name: 'store', settings: {} };
    expect(roleOf({ ...redis, role: 'target' }, samplerPlugins)).toBe('target');
    expect(roleOf({ ...redis, kind: 'process', role: 'dependency' }, samplerPlugins)).toBe('dependency');
  });

  describe.each(samplerPlugins.map((plugin) => ({ kind: plugin.kind, plugin })))('$kind', ({ kind, plugin }) => {
    const schema = z.toJSONSchema(plugin.settings, { io: 'input', unrepresentable: 'any' });

    it('describes every setting, and refuses an unknown one', () => {
      expect(keysOf(schema).size).toBeGreaterThan(0);
      expect(undescribed(schema)).toEqual([]);
      const issues = plugin.settings.safeParse({ no_such_setting: 1 }).error?.issues ?? [];
      expect(issues.some(({ code }) => code === 'unrecognized_keys')).toBe(true);
    });

    it('has its section in the documentation, with every setting, every series and an example that fits', async () => {
      const section = sectionOf(kind);
      for (const key of keysOf(schema)) expect(section, `setting ${key}`).toContain(`\`${key}\``);

      const [, example] = /```yaml\n(.*?)```/s.exec(section) ?? [];
      const [{ kind: written, name: _, ...settings }] = exampleSchema.parse(parse(example ?? '')).samplers;
      expect(written).toBe(kind);
      const checked = plugin.settings.safeParse(settings);
      expect(checked.error?.issues ?? []).toEqual([]);

      const context = samplerContext({
        secret: (value) => (value === 'env:MONGODB_URL' ? 'mongodb://127.0.0.1:9' : value),
      });
      try {
        const { series } = await plugin.start(checked.data, context);
        const own = settings.series ?? settings.queries;
        // Where the profile names the series there is nothing to list but the example itself.
        for (const { name } of series) expect(section, `series ${name}`).toContain(own ? `${name}:` : `\`${name}\``);
      } finally {
        await context.undo.unwind();
      }
    });
  });
});
