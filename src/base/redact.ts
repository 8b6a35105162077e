/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** The same text without the password of any address in it: `redis://user:[redacted]@host`. */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/(:\/\/[^\s/:@"]*):[^\s/?#"]*@/g, `$1:${REDACTED}@`);
