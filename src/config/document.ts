import { isCollection, isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { describeError } from '../base/errors.ts';
import { pairOf, rangeOf } from './nodes.ts';
import type { DocumentPath } from './resolve.ts';
import { type DocumentPart, soundness } from './soundness.ts';

export interface Position {
  line: number;
  column: number;
}

export interface SyntaxProblem extends Position {
  problem: string;
  hint: string;
}

/** A YAML document that knows where each value stands. */
export interface YamlDocument {
  syntax: SyntaxProblem[];
  /** True when the data says little about what was meant: a quote or bracket is open, an indent is wrong. */
  broken: boolean;
  /** Plain data; null when the syntax leaves none. */
  data: unknown;
  /** Line and column, from 1, of the value at `path`, or of its key; of the nearest thing around when it is absent. */
  locate(path: DocumentPath, atKey: boolean): Position;
  /** True when no error of the syntax can have changed how this part was read. */
  isSound(part: DocumentPart): boolean;
}

const PROBLEMS: Record<string, string> = {
  DUPLICATE_KEY: 'the key is written twice',
  MULTIPLE_DOCS: 'a second document begins here',
};

const HINTS: Record<string, string> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent the keys of one mapping alike',
  MULTIPLE_DOCS: 'write one profile a file',
  MISSING_CHAR: 'close quotes, brackets and braces, and put a space after each colon',
};

/** Reads YAML 1.2. Duplicate keys and syntax errors are listed, never thrown. */
export function readYaml(source: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  /** `>= 24h` and `<= 1%` begin like a block scalar of YAML: who writes them forgot the quotes. */
  const comparisonAt = (offset: number): string | null => {
    const end = source.indexOf('\n', offset);
    const rest = source.slice(source.lastIndexOf('\n', offset) + 1, end < 0 ? undefined : end);
    return /:\s*([<>]=?\s*[^\s#][^#]*?)\s*(?:#.*)?$/.exec(rest)?.[1] ?? null;
  };
  const errors = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  const found = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const comparison = comparisonAt(pos[0]);
    if (comparison !== null) {
      return { ...position(pos[0]), problem: 'a comparison needs quotes', hint: `write "${comparison}"` };
    }
    return {
      ...position(pos[0]),
      problem: PROBLEMS[code] ?? message.charAt(0).toLowerCase() + message.slice(1).split('\n')[0],
      hint: HINTS[code] ?? 'see YAML 1.2',
    };
  });
  // One slip may upset the parser twice.
  const syntax = found.filter(
    ({ line, problem }, at) => found.findIndex((other) => other.line === line && other.problem === problem) === at,
  );
  return {
    syntax,
    broken: errors.length > 0,
    data: plainData(() => document.toJS({ maxAliasCount: 100 }), syntax),
    locate: (path, atKey) => position(offsetOf(document.contents, path, atKey)),
    isSound: soundness(
      document.contents,
      source,
      lines,
      errors.map(({ pos }) => ({ offset: pos[0], spoilsRest: comparisonAt(pos[0]) === null })),
    ),
  };
}

/** A document that repeats itself without end (an alias in an alias, or of what holds it) is a problem, not an exception. */
function plainData(read: () => unknown, syntax: SyntaxProblem[]): unknown {
  try {
    const data = read();
    // What holds itself could neither be quoted nor stored.
    JSON.stringify(data);
    return data;
  } catch (thrown) {
    // JSON tells a circle by a TypeError and a drawing of it.
    const problem = thrown instanceof TypeError ? 'an alias names a part that it is in' : describeError(thrown);
    if (syntax.length === 0) syntax.push({ line: 1, column: 1, problem, hint: 'write the values out' });
    return null;
  }
}

function offsetOf(root: Node | null, path: DocumentPath, atKey: boolean): number {
  let node: unknown = root;
  let offset = startOf(root) ?? 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = pairOf(node, step);
      if (pair === null) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      const valueOffset = startOf(pair.value);
      // A mapping or list is best shown by its key; an empty value has no place of its own.
      const byKey = (last && atKey) || isCollection(pair.value) || valueOffset === null;
      offset = byKey ? keyOffset : valueOffset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const startOf = (node: unknown): number | null => rangeOf(node)?.start ?? null;
