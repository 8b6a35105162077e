import { describe, expect, it } from 'vitest';
import { CRITERIA, criterionByKey } from '../model/criteria.ts';
import { exampleBaselineTarget, isAgainstBaseline, parseBaselineTarget } from './baseline-target.ts';

const read = (id: string, text: string) => {
  const definition = criterionByKey(id);
  if (definition === null) throw new Error(id);
  return parseBaselineTarget(definition, text);
};
const hintOf = (id: string, text: string): string => {
  const result = read(id, text);
  return result.ok ? 'read' : `${result.problem}; ${result.hint}`;
};

describe('a target against earlier runs', () => {
  it.each([
    ['response_time_p95', '<= baseline + 5%', { factor: 1.05, offset: 0, baseline: 'default', comparison: '<=' }],
    ['response_time_p95', '< baseline', { factor: 1, offset: 0, comparison: '<' }],
    ['response_time_p95', '≤ Baseline + 50ms', { factor: 1, offset: 50, comparison: '<=' }],
    ['response_time_p95', '<= baseline(release-4.1) - 10 %', { factor: 0.9, offset: 0, baseline: 'release-4.1' }],
    ['error_rate', '<= baseline + 0.2pp', { factor: 1, offset: 0.2 }],
    ['error_rate', '<= baseline + 20%', { factor: 1.2, offset: 0 }],
    ['memory_leak', '<= baseline + 1 pp', { factor: 1, offset: 1 }],
    ['availability', '>= baseline - 0.1pp', { factor: 1, offset: -0.1, comparison: '>=' }],
    ['throughput_peak', '>= baseline - 5%', { factor: 0.95, offset: 0 }],
    ['crashes', '<= baseline + 1', { factor: 1, offset: 1 }],
    ['mttr', '<= baseline + 10s', { factor: 1, offset: 10 }],
  ])('of %s is read from "%s"', (id, text, expected) => {
    const result = read(id, text);
    expect(result).toMatchObject({ ok: true, value: { ...expected, text } });
  });

  it('is understood as every definition writes its own example', () => {
    for (const definition of CRITERIA)
      expect(parseBaselineTarget(definition, exampleBaselineTarget(definition)), definition.id).toMatchObject({
        ok: true,
      });
  });

  it.each([
    ['response_time_p95', '== baseline', 'no two runs measure the same'],
    ['response_time_p95', '>= baseline', 'asks for the worse'],
    ['availability', '<= baseline + 1pp', 'asks for the worse'],
    ['response_time_p95', 'baseline + 5%', 'is not a target against a baseline'],
    ['response_time_p95', '<= baseline + 5', 'is no margin for this criterion'],
    ['response_time_p95', '<= baseline + 1pp', 'points are for what is itself in percent'],
    ['memory_leak', '<= baseline + 5%', 'a share of a growth that may be none says nothing'],
    ['crashes', '<= baseline + 5%', 'is no count'],
    ['error_rate', '<= baseline + 50ms', 'is no margin'],
    ['error_rate', '<= baseline(../x) + 5%', 'is no name of a baseline'],
    ['error_rate', '<= 2 * baseline', 'is not a target against a baseline'],
  ])('of %s is refused when it says "%s", with what to write instead', (id, text, problem) => {
    expect(hintOf(id, text)).toContain(problem);
    expect(hintOf(id, text)).toMatch(/; write /);
  });

  it('is no target of another kind', () => {
    expect(isAgainstBaseline('<= 5%')).toBe(false);
    expect(isAgainstBaseline(5)).toBe(false);
    expect(isAgainstBaseline('<= baselines')).toBe(false);
  });
});
