/** A place in the document: keys and list positions from the top. */
export type DocumentPath = readonly (string | number)[];

/** A value that the profile does not set: `{ path: 'traffic_pattern.ramp', value: '5m' }`. */
export interface DefaultValue {
  path: string;
  value: string;
}

/** What turning a checked section into its part of the profile may need, and where it reports. */
export interface ResolveContext {
  /** The IANA zone of the machine, used when the profile names none. */
  systemTimezone: string;
  targetUrl: string | null;
  durationMs: number;
  /** Absolute path of a file named in the profile. */
  absolutePath(file: string): string;
  /** Content of that file; throws when it cannot be read. */
  readFile(file: string): string;
  /** May a problem tell what stands in such a file? Not to somebody who might not be allowed to read it. */
  quoteFiles: boolean;
  problem(path: DocumentPath, problem: string, hint: string): void;
  warn(path: DocumentPath, problem: string, hint: string): void;
  /** Notes that `value` was filled in at `path`, as it would be written there; returns what to use. */
  fallback<T>(path: DocumentPath, given: T | undefined, value: T, text: string): T;
}

/** Collects what was filled in, in order. */
export class Defaults {
  readonly list: DefaultValue[] = [];

  fallback = <T>(path: DocumentPath, given: T | undefined, value: T, text: string): T => {
    if (given !== undefined) return given;
    this.list.push({ path: path.join('.'), value: text });
    return value;
  };
}
