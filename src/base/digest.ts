import { createHash } from 'node:crypto';

/** SHA-256, hexadecimal, of plain data: the same for what is equal, in whatever order its keys were written. */
export const digestOf = (data: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(data, withSortedKeys) ?? '')
    .digest('hex');

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
