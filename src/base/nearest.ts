/**
 * The known word that is most like `word`, or null when none is near enough to be meant. Distance:
 * Damerau-Levenshtein with adjacent transpositions (optimal string alignment); upper and lower case are the same.
 * Failing that, the one that begins with the word or the word with it: `monday` means `mon`.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === null || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? sameBeginning(word.toLowerCase(), known);
}

function sameBeginning(word: string, known: Iterable<string>): string | null {
  if (word.length < 3) return null;
  const alike = [...known].filter((candidate) => {
    const other = candidate.toLowerCase();
    return other.startsWith(word) || (other.length >= 3 && word.startsWith(other));
  });
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + same);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
