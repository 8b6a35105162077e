/**
 * One run as a file: gzip of lines, each a JSON array (docs/formats.md). The first says what the file is, the last how many lines
 * there are and the SHA-256 of all before it.
 */
import { createHash, type Hash } from 'node:crypto';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { ARCHIVED_TABLES, type ArchivedTable, type ColumnType } from './tables.ts';

/** A reader knows its own and the earlier ones. */
export const ARCHIVE_FORMAT = 1;

export interface ArchiveHeader {
  format: number;
  runId: string;
  soakdVersion: string;
  exportedMs: number;
}

export type Value = string | number | null | Buffer;

export interface ArchivedRow {
  table: ArchivedTable;
  values: Value[];
}

export interface ArchivedFile {
  name: string;
  content: Buffer;
}

export interface Archive {
  header: ArchiveHeader;
  rows: ArchivedRow[];
  files: ArchivedFile[];
  /** SHA-256 of the rows alone: the same for the same run. */
  rowsDigest: string;
}

/** The id becomes the name of a folder: nothing in it may lead elsewhere. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const rowLine = ({ table, values }: ArchivedRow): string =>
  `${JSON.stringify([table.name, ...values.map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value))])}\n`;

/** All lines of an archive, the last one included. */
export function* archiveLines(
  header: ArchiveHeader,
  rows: Iterable<ArchivedRow>,
  files: Iterable<ArchivedFile>,
): Generator<string> {
  const hash = createHash('sha256');
  let lines = 0;
  const counted = (line: string): string => {
    hash.update(line);
    lines++;
    return line;
  };
  yield counted(`${JSON.stringify(['soakd run', header])}\n`);
  for (const row of rows) yield counted(rowLine(row));
  for (const { name, content } of files) {
    yield counted(`${JSON.stringify(['file', name, content.toString('base64')])}\n`);
  }
  yield `${JSON.stringify(['end', { lines, sha256: hash.digest('hex') }])}\n`;
}

/** Digest of rows as an archive would hold them. */
export function digestOfRows(rows: Iterable<ArchivedRow>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(rowLine(row));
  return hash.digest('hex');
}

/**
 * Reads a whole archive, unpacked. Throws SoakdErrors: `archive_invalid` with the number of the line, `archive_damaged` when
 * lines are missing or changed, `archive_newer`.
 */
export function readArchive(unpacked: Buffer, file: string): Archive {
  const reader = new Reader(file);
  for (let from = 0; from < unpacked.length; ) {
    const until = unpacked.indexOf(10, from) + 1;
    if (until === 0) throw damaged(file, 'its last line is cut off');
    reader.take(unpacked.subarray(from, until));
    from = until;
  }
  return reader.archive();
}

class Reader {
  readonly #file: string;
  readonly #hash: Hash = createHash('sha256');
  readonly #rows: ArchivedRow[] = [];
  readonly #files: ArchivedFile[] = [];
  #header: ArchiveHeader | null = null;
  #lines = 0;
  #ended = false;

  constructor(file: string) {
    this.#file = file;
  }

  take(line: Buffer): void {
    if (this.#ended) throw this.#invalid('something follows its end');
    const [kind, ...rest] = this.#parsed(line);
    if (kind === 'end') {
      this.#end(rest[0]);
      return;
    }
    this.#hash.update(line);
    this.#lines++;
    if (this.#header === null) this.#header = this.#headerOf(kind, rest[0]);
    else if (kind === 'file') this.#files.push(this.#fileOf(rest));
    else this.#rows.push(this.#rowOf(kind, rest));
  }

  archive(): Archive {
    if (this.#header === null || !this.#ended) throw damaged(this.#file, 'its end is missing');
    const runs = this.#rows.filter(({ table }) => table.name === 'run');
    if (runs.length !== 1) throw damaged(this.#file, `it holds ${runs.length} runs`);
    const rowsDigest = digestOfRows(this.#rows);
    return { header: this.#header, rows: this.#rows, files: this.#files, rowsDigest };
  }

  #parsed(line: Buffer): unknown[] {
    let value: unknown;
    try {
      value = JSON.parse(line.toString('utf8'));
    } catch {
      throw this.#invalid('it is no JSON');
    }
    if (Array.isArray(value) && typeof value[0] === 'string') return value;
    throw this.#invalid('it is no list that begins with a word');
  }

  #headerOf(kind: unknown, header: unknown): ArchiveHeader {
    if (kind !== 'soakd run' || !isRecord(header)) throw notOurs(this.#file);
    const { format, runId, soakdVersion, exportedMs } = header;
    if (typeof format !== 'number') throw notOurs(this.#file);
    if (format > ARCHIVE_FORMAT) {
      throw new SoakdError(`${this.#file} was exported by a newer soakd (format ${format}, known: ${ARCHIVE_FORMAT})`, {
        code: 'archive_newer',
        hint: `import it with soakd ${String(soakdVersion)} or newer`,
        exitCode: EXIT.badInput,
      });
    }
    if (typeof runId !== 'string' || !RUN_ID.test(runId)) throw this.#invalid('its run has no sound id');
    return { format, runId, soakdVersion: String(soakdVersion), exportedMs: Number(exportedMs) };
  }

  #fileOf([name, content]: unknown[]): ArchivedFile {
    if (typeof name !== 'string' || !FILE_NAME.test(name)) throw this.#invalid('the name of a file is not sound');
    if (this.#files.some((file) => file.name === name)) throw this.#invalid(`${name} comes twice`);
    return { name, content: this.#blob(content) };
  }

  #rowOf(kind: unknown, given: unknown[]): ArchivedRow {
    const table = ARCHIVED_TABLES.find(({ name }) => name === kind);
    if (table === undefined) throw this.#invalid(`${JSON.stringify(kind)} is nothing that a run has`);
    if (given.length !== table.columns.length)
      throw this.#invalid(`a ${table.name} has ${table.columns.length} values`);
    const values = table.columns.map(({ type, nullable }, at): Value => {
      const value = given[at];
      return value === null && nullable ? null : this.#valueOf(type, value, `${table.name}, value ${at + 1}`);
    });
    return { table, values };
  }

  #valueOf(type: ColumnType, value: unknown, where: string): Value {
    if (type === 'number' && typeof value === 'number' && Number.isFinite(value)) return value;
    if (type === 'blob') return this.#blob(value);
    if (type === 'text' && typeof value === 'string') return value;
    if (type === 'json' && typeof value === 'string' && isJson(value)) return value;
    throw this.#invalid(`${where} is no ${type}`);
  }

  #blob(value: unknown): Buffer {
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw this.#invalid('a value is no base64');
    return Buffer.from(value, 'base64');
  }

  #end(end: unknown): void {
    if (!isRecord(end)) throw this.#invalid('its end says nothing');
    if (end.lines !== this.#lines)
      throw damaged(this.#file, `${String(end.lines)} lines are announced, ${this.#lines} there`);
    if (end.sha256 !== this.#hash.digest('hex')) throw damaged(this.#file, 'its checksum is another');
    this.#ended = true;
  }

  #invalid(problem: string): SoakdError {
    return new SoakdError(`${this.#file} is no run that can be imported: line ${this.#lines + 1}: ${problem}`, {
      code: 'archive_invalid',
      hint: 'export the run again with `soakd export`',
      exitCode: EXIT.badInput,
    });
  }
}

export const notOurs = (file: string): SoakdError =>
  new SoakdError(`${file} is no run that soakd exported`, {
    code: 'archive_invalid',
    hint: 'give a file that `soakd export` wrote',
    exitCode: EXIT.badInput,
  });

const damaged = (file: string, problem: string): SoakdError =>
  new SoakdError(`${file} is damaged: ${problem}`, {
    code: 'archive_damaged',
    hint: 'copy it again from where it came, or export the run again',
    exitCode: EXIT.badInput,
  });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
