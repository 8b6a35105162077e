import type { Silence } from '../model/alert.ts';

/** Does a silence hold at an instant? */
export const isActive = ({ fromMs, untilMs, endedMs }: Silence, atMs: number): boolean =>
  fromMs <= atMs && atMs < Math.min(untilMs, endedMs ?? untilMs);

/** Do all matchers of a silence fit the labels? `*` in a value stands for any text. */
export const fits = (matchers: Silence['matchers'], labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(matchers).every(([name, wanted]) => fitsText(wanted, labels[name] ?? ''));

/**
 * Parts between the stars, one after the other, each as early as it can be: this finds a fit where there is one, and takes time
 * as the text is long. A regular expression with many stars would try every way to share the text among them.
 */
function fitsText(wanted: string, text: string): boolean {
  const [first = '', ...rest] = wanted.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
