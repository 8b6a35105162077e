/**
 * Text of a file or of somebody else, as a terminal may show it: control characters (C0, DEL, C1) are written out, `\\x1b`,
 * but for the end of a line and the tab. They could move the cursor, change colours, or set the title of the window.
 */
export const visible = (text: string): string =>
  text.replaceAll(/(?![\n\t])\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/**
 * The same text for programs and terminals alike: DEL and C1, which JSON leaves as they are, are written as JSON would escape
 * them. JSON stays the same JSON; of other text a terminal takes nothing for a command (ECMA-48).
 */
export const printable = (text: string): string =>
  text.replaceAll(/[\u007f-\u009f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
