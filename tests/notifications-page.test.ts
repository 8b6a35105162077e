import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../src/config/problem.ts';
import { readDaemonConfig } from '../src/daemon/config.ts';
import { channelPlugins } from '../src/notify/registry.ts';

const page = readFileSync('docs/notifications.md', 'utf8');
const sections = new Map(page.split(/^### /m).map((part) => [part.split('\n')[0] ?? '', part]));

describe('docs/notifications.md', () => {
  it('describes every setting of every channel, with an example', () => {
    for (const { kind, settings } of channelPlugins) {
      const section = sections.get(kind) ?? '';
      for (const name of Object.keys(settings.shape).filter((one) => one !== 'kind'))
        expect(section, `${kind}: ${name}`).toContain(`| \`${name}\` |`);
      expect(section, kind).toContain(`kind: ${kind}`);
    }
  });

  it('has examples that the daemon takes', () => {
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, source = '']) => source);
    expect(examples.length).toBeGreaterThan(channelPlugins.length);
    for (const source of examples) {
      const read = readDaemonConfig(source, 'soakd.yaml');
      expect(read.ok ? [] : read.problems.map(formatProblem), source).toEqual([]);
    }
  });
});
