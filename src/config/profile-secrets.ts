/**
 * Secrets that somebody wrote into a profile instead of naming them as `env:NAME`. k6 and the samplers need them, so the store
 * keeps the profile as it is; whatever shows a profile shows it without them.
 */
import { isAlias, isMap, isNode, isScalar, type Node, parseDocument, visit } from 'yaml';
import { REDACTED } from '../base/redact.ts';
import { credentialOf, isSecretHeader, isSecretSetting, isWrittenOut, withoutSecretText } from '../base/secret-text.ts';
import { rangeOf } from './nodes.ts';
import type { Problem } from './problem.ts';
import type { DocumentPath } from './resolve.ts';

export interface WrittenSecret {
  /** Keys and positions that lead to it. */
  path: DocumentPath;
  value: string;
  /** Offsets in the source. */
  start: number;
  end: number;
}

/** Shorter ones are not taken out of the rest of a text: it would be full of holes that tell where they are. */
const MIN_SECRET = 6;

/** Every secret that stands in the YAML itself, in order. A source that is no YAML has none that can be told. */
export function writtenSecrets(source: string): WrittenSecret[] {
  const document = parseDocument(source, { logLevel: 'silent', prettyErrors: false });
  const found: WrittenSecret[] = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      const names = ancestors.flatMap((one) => ('key' in one && isScalar(one.key) ? [String(one.key.value)] : []));
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      if (!isSecretName(name, names.at(-1) ?? '')) return;
      const node: unknown = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
      if (!isNode(node)) return;
      found.push(...scalarsOf(node, [...names, name]));
    },
  });
  return found;
}

/** `authorization` below `headers`, `password` anywhere. */
const isSecretName = (name: string, parent: string): boolean =>
  parent === 'headers' ? isSecretHeader(name) : isSecretSetting(name);

/** A scalar, or what a list or mapping in its place holds: it is no valid profile, and shown all the same. */
function scalarsOf(node: Node, path: DocumentPath): WrittenSecret[] {
  const found: WrittenSecret[] = [];
  visit(node, {
    Scalar(key, scalar) {
      if (key === 'key' && !isMap(node)) return;
      const range = rangeOf(scalar);
      const value = String(scalar.value ?? '');
      if (range !== null && isWrittenOut(value)) found.push({ path, value, ...range });
    },
  });
  return found;
}

/** The YAML as it may be shown: comments and order stay, secrets go. */
export function shownSource(source: string): string {
  const secrets = writtenSecrets(source);
  let shown = source;
  // From the end, so that the offsets before stay right.
  for (const { start, end } of secrets.toSorted((a, b) => b.start - a.start)) {
    const written = shown.slice(start, end);
    // A block of lines ends with the last of them.
    const lineEnd = /\r?\n$/.exec(written)?.[0] ?? '';
    if (!written.includes(REDACTED)) shown = `${shown.slice(0, start)}"${REDACTED}"${lineEnd}${shown.slice(end)}`;
  }
  return withoutSecretText(without(shown, secrets));
}

/** Any text about a run, as it may be shown. `source` is the YAML of its profile. */
export const shownText = (text: string, source: string): string =>
  withoutSecretText(without(text, writtenSecrets(source)));

/** Any value made of a profile, as it may be shown. `source` is its YAML. */
export function shownValue<T>(value: T, source: string): T {
  const secrets = writtenSecrets(source);
  return shownPart(value, '', '', (text) => withoutSecretText(without(text, secrets))) as T;
}

function shownPart(value: unknown, name: string, parent: string, shown: (text: string) => string): unknown {
  if (typeof value === 'string') return isSecretName(name, parent) && isWrittenOut(value) ? REDACTED : shown(value);
  if (Array.isArray(value)) return value.map((one) => shownPart(one, name, parent, shown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shownPart(inner, key, name, shown)]));
}

const without = (text: string, secrets: readonly WrittenSecret[]): string =>
  secrets
    .map(({ value }) => credentialOf(value))
    .reduce((rest, secret) => (secret.length < MIN_SECRET ? rest : rest.replaceAll(secret, REDACTED)), text);

/** A warning for each secret that is written out: it lies in the store, and in every copy of the profile. */
export const secretWarnings = (source: string, file: string): Problem[] =>
  writtenSecrets(source).map(({ path, start }) => ({
    file,
    line: source.slice(0, start).split('\n').length,
    column: start - source.lastIndexOf('\n', start - 1),
    path: path.join('.'),
    problem: 'a secret is written in the profile',
    hint: 'name a variable of the environment of soakd instead: env:NAME',
  }));
