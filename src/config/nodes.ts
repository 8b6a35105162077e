/** The nodes of a YAML document, found by keys and list positions. */
import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { DocumentPath } from './resolve.ts';

/** The pair of a mapping that a step of a path names; null when there is none. */
export function pairOf(map: YAMLMap, step: string | number): Pair | null {
  const pair = map.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(step));
  return isPair(pair) ? pair : null;
}

/** The nodes at exactly this path; the key is null in a list and at the top. */
export function nodesAt(root: Node | null, path: DocumentPath): { key: unknown; value: unknown } | null {
  let at: { key: unknown; value: unknown } = { key: null, value: root };
  for (const step of path) {
    const { value } = at;
    if (isSeq(value)) {
      at = { key: null, value: value.items[Number(step)] };
    } else {
      const pair = isMap(value) ? pairOf(value, step) : null;
      if (pair === null) return null;
      at = { key: pair.key, value: pair.value };
    }
  }
  return at;
}

/** Offsets in the source at which a node begins and ends; null for what is no node or has no place. */
export function rangeOf(node: unknown): { start: number; end: number } | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const [start, end]: unknown[] = node.range;
  return typeof start === 'number' && typeof end === 'number' ? { start, end } : null;
}
