import { withoutPasswords } from './redact.ts';

/** What a reader of a small grammar returns: a value, or what is wrong with the text and what to write instead. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string; hint: string };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

export const unreadable = (problem: string, hint: string): { ok: false; problem: string; hint: string } => ({
  ok: false,
  problem,
  hint,
});

/** A value as it may stand in a message: text in quotes, long things cut, no password of an address. */
export function quote(value: unknown): string {
  const text = withoutPasswords(typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? String(value)));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
