import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { channelPlugins, channelSettings } from './registry.ts';

const foldersOnDisk = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the registry of channels', () => {
  it('has each folder, and nothing else', () => {
    expect(channelPlugins.map(({ kind }) => kind.replaceAll('_', '-')).toSorted()).toEqual(foldersOnDisk.toSorted());
  });

  it('has the settings of each of its kinds, which refuse what they do not know', () => {
    const kinds = channelSettings.options.map(({ shape }) => shape.kind.value);
    expect(kinds).toEqual(channelPlugins.map(({ kind }) => kind));
    for (const { kind, settings } of channelPlugins) {
      expect(z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }).additionalProperties, kind).toBe(false);
    }
  });
});
