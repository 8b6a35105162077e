import { type Parsed, parsed, quote, unreadable } from './parsed.ts';

/** IEC 80000-13 and the decimal prefixes; `k` alone is decimal. */
const FACTORS: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** A number that may carry a unit of bytes: `512MiB`, `2 GB`, `2000000000`, `250`. */
export function parseAmount(text: string): Parsed<number> {
  const [, number, unit] = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = unit === '' ? 1 : FACTORS[unit?.toLowerCase() ?? ''];
  const value = Number(number) * (factor ?? Number.NaN);
  return Number.isFinite(value)
    ? parsed(value)
    : unreadable(`${quote(text)} is not an amount`, 'write a number such as 250, or bytes such as 512MiB or 2GB');
}
