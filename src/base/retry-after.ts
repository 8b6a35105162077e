/**
 * How long a server asks to be left alone: the header `Retry-After`, whole seconds or an HTTP date (RFC 9110, §10.2.3).
 * Milliseconds from `nowMs`, never below 0; null when there is none or it cannot be read.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse would also read a bare number or half a date.
  if (!/^[A-Z][a-z]+, /.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
