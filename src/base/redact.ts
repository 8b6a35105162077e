/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/**
 * The same text without the password of any address in it: `redis://user:[redacted]@host`. People write `?` and `#` in
 * passwords although an address may not have them there; behind a port they begin a query or a fragment.
 */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/(:\/\/[^\s/:@"]*):(?!\d+[?#])[^\s/"]*@/g, `$1:${REDACTED}@`);
