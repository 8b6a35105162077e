/** Text that cannot break out of its cell or start markup: one line, pipes and markup characters escaped. */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|<>]/g, (character) => `\\${character}`)
    .trim();

/** A GitHub-flavoured table; cells are Markdown already. Nothing for no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
