/**
 * Text of a file or of somebody else, as a terminal may show it: control characters (C0, DEL, C1) are written out, `\\x1b`,
 * but for the end of a line and the tab. They could move the cursor, change colours, or set the title of the window.
 */
export const visible = (text: string): string =>
  text.replaceAll(/(?![\n\t])\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
