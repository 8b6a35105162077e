/**
 * Text that cannot break out of its cell or start markup: one line, and a backslash before what Markdown would read.
 * A `<` before a space or a digit, and an underscore inside a word, are harmless and stay readable.
 */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*[\]|~]|<(?=[a-z/!?])|(?<![a-z0-9])_|_(?![a-z0-9])/gi, (character) => `\\${character}`)
    .trim();

/** A GitHub-flavoured table; cells are Markdown already. Nothing for no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
