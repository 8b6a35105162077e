import type { AlertComparison, AlertCondition } from '../model/alert.ts';
import type { Reading } from './reading.ts';

const meets = (value: number, comparison: AlertComparison, limit: number): boolean => {
  switch (comparison) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
};

/** Does the condition hold, even at the bound that is harder to meet? */
export function holds({ comparison, threshold }: AlertCondition, { told, value, low, high }: Reading): boolean {
  if (told !== 'known' || value === null) return false;
  const upward = comparison === '>' || comparison === '>=';
  const exactly = comparison === '==' || comparison === '!=';
  return meets(exactly ? value : upward ? low : high, comparison, threshold);
}

/** Is a firing alert back on the good side of its clear threshold? By the value itself: doubt keeps it firing. */
export function isClear({ comparison, threshold, clearThreshold }: AlertCondition, { told, value }: Reading): boolean {
  if (told !== 'known' || value === null) return false;
  return !meets(value, comparison, clearThreshold ?? threshold);
}

/** Which of two values is the worse one. */
export function worse(comparison: AlertComparison, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  if (comparison === '<' || comparison === '<=') return Math.min(a, b);
  return comparison === '>' || comparison === '>=' ? Math.max(a, b) : b;
}
