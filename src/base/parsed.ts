import { withoutPasswords } from './redact.ts';
import { visible } from './visible.ts';

/** What a reader of a small grammar returns: a value, or what is wrong with the text and what to write instead. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string; hint: string };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

export const unreadable = (problem: string, hint: string): { ok: false; problem: string; hint: string } => ({
  ok: false,
  problem,
  hint,
});

/**
 * A value as it may stand in a message: text in quotes and on one line, long things cut, no password of an address, no
 * control character.
 */
export function quote(value: unknown): string {
  const text = visible(withoutPasswords(written(value))).replaceAll('\n', '\\n');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** As YAML writes it where JSON has no word for it. */
function written(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (Number.isNaN(value)) return '.nan';
  if (value === Number.POSITIVE_INFINITY) return '.inf';
  if (value === Number.NEGATIVE_INFINITY) return '-.inf';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Lists in lists, more than the stack can hold.
    return 'something nested too deeply';
  }
}
