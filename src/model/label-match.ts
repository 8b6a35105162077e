/**
 * Do all wanted labels have the wanted values? In a wanted value `*` stands for any text, the empty one too. A label that is
 * missing matches nothing, not even `*`: a slip in its name would else match everything.
 */
export const matchesLabels = (
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(wanted).every(([name, pattern]) => {
    const value = labels[name];
    return value !== undefined && matchesPattern(pattern, value);
  });

/** Part after part from the left, the last one at the end: linear, whatever the pattern is. */
function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
