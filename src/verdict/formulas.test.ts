import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CRITERIA } from '../model/criteria.ts';
import { CRITERION_JUDGES } from './criteria/registry.ts';

const formulas = readFileSync(new URL('../../docs/formulas.md', import.meta.url), 'utf8');
const sections = [...formulas.matchAll(/^## (\S+)$/gm)].map(([, title]) => title ?? '');

/** `response_time_p95_peak` is a case of `response_time`. */
const sectionOf = (id: string): string => id.replace(/_(normal|peak|stress)$/, '').replace(/_p\d+$/, '');

describe('docs/formulas.md', () => {
  it.each(CRITERIA.map(({ id }) => id))('explains %s', (id) => {
    expect(sections).toContain(sectionOf(id));
    expect(CRITERION_JUDGES[id]).toBeTypeOf('function');
  });

  it('explains nothing that is not judged', () => {
    const known = new Set(CRITERIA.map(({ id }) => sectionOf(id)));
    expect(sections.filter((section) => !known.has(section))).toEqual([]);
  });

  it('has a section for every place in the code that points at one', () => {
    const folder = new URL('./criteria/', import.meta.url);
    const anchors = readdirSync(folder).flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/formulas\.md#(\w+)/g)].map(([, anchor]) => anchor),
    );
    expect(anchors.length).toBeGreaterThan(5);
    for (const anchor of anchors) expect(sections).toContain(anchor);
  });
});
