/** Markup that is safe to write: only `html` makes it, and it escapes every text that is put into it. */
class SafeMarkup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Markup = SafeMarkup;

/** What may stand in a template: texts and numbers are escaped, null is nothing. */
export type Part = Markup | string | number | null | readonly Part[];

/** HTML or SVG from a template. What is put in becomes text, in an element as in an attribute between quotes, never markup. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0] ?? '';
  parts.forEach((part, at) => {
    text += written(part) + (strings[at + 1] ?? '');
  });
  return new SafeMarkup(text);
}

/** A constant of this program, such as a style sheet; never what came from elsewhere. */
export const constantMarkup = (text: string): Markup => new SafeMarkup(text);

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof SafeMarkup) return part.toString();
  if (typeof part === 'object') return part.map(written).join('');
  return escapeHtml(String(part));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters that HTML forbids, and those that turn the direction of what follows (Trojan Source, CVE-2021-42574), become U+FFFD. */
function escapeHtml(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/(?![\n\t])\p{Cc}|[\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
