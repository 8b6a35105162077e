import type { LineCounter, Node } from 'yaml';
import { nodesAt, rangeOf } from './nodes.ts';
import type { DocumentPath } from './resolve.ts';

/** A part of a document: a key by itself, one value, or all that a mapping or list holds. */
export interface DocumentPart {
  path: DocumentPath;
  of: 'key' | 'value' | 'whole';
}

export interface ErrorAt {
  offset: number;
  /** False when only the value on its line is spoilt. */
  spoilsRest: boolean;
}

/**
 * Tells which parts of a document with errors of syntax were read as they were meant. The parser reads from the top, so
 * what ended on a line before the first error is as it was written. What comes after may belong elsewhere: an open quote
 * or bracket swallows it.
 */
export function soundness(
  root: Node | null,
  source: string,
  lines: LineCounter,
  errors: readonly ErrorAt[],
): (part: DocumentPart) => boolean {
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const errorLines = errors.map(({ offset }) => lineOf(offset));
  const firstLost = Math.min(...errors.filter(({ spoilsRest }) => spoilsRest).map(({ offset }) => lineOf(offset)));
  const firstLostOffset = lines.lineStarts[firstLost - 1] ?? source.length;
  return ({ path, of }) => {
    const nodes = nodesAt(root, path);
    const range = rangeOf(of === 'key' ? nodes?.key : nodes?.value);
    if (range === null) return false;
    const from = lineOf(range.start);
    // A mapping ends where the next line begins.
    const until = lineOf(Math.max(range.start, range.end - 1));
    if (until >= firstLost) return false;
    if (of === 'key') return true;
    if (of === 'value') return !errorLines.some((line) => line >= from && line <= until);
    // A mapping is over when something else has begun; else the first lost line may have been meant for it.
    return firstLost === Number.POSITIVE_INFINITY || HAS_CONTENT.test(source.slice(range.end, firstLostOffset));
  };
}

const HAS_CONTENT = /^[ \t]*[^\s#]/m;
