/**
 * The rows of one run as they stand in an archive: without the numbers that one store gives them (keys of processes and series,
 * ids of events), so that the same run has the same rows in every store.
 */

/** What may stand in a column: `json` is text that holds JSON, `blob` travels as base64. */
export type ColumnType = 'text' | 'json' | 'number' | 'blob';

export interface ArchivedTable {
  /** First word of each of its lines. */
  name: string;
  /** In the order of a line; `?` may be null. */
  columns: readonly { type: ColumnType; nullable: boolean }[];
  /** Rows of the run `@run`, in an order that is always the same. */
  select: string;
  /** Takes the columns in order; `@run` is the run's id, by name. */
  insert: string;
}

const columns = (...types: (ColumnType | `${ColumnType}?`)[]): ArchivedTable['columns'] =>
  types.map((written) => ({ type: written.replace('?', '') as ColumnType, nullable: written.endsWith('?') }));

/** A table whose rows carry the run's id, and no other's. */
const plain = (
  name: string,
  fields: readonly string[],
  types: ArchivedTable['columns'],
  order: string,
): ArchivedTable => ({
  name,
  columns: types,
  select: `SELECT ${fields.join(', ')} FROM ${name} WHERE run_id = @run ORDER BY ${order}`,
  insert: `INSERT INTO ${name} (run_id, ${fields.join(', ')}) VALUES (@run, ${fields.map(() => '?').join(', ')})`,
});

/** Samples belong to a series, which has another key in every store. */
const ofSeries = (name: string, fields: readonly string[], types: ArchivedTable['columns']): ArchivedTable => ({
  name,
  columns: [...columns('text'), ...types],
  select: `SELECT series.id, ${fields.map((field) => `${name}.${field}`).join(', ')} FROM ${name} JOIN series ON series.key = series_key
    WHERE run_id = @run ORDER BY series.id, ${name}.at_ms${name === 'sample_part' ? ', part' : ''}`,
  insert: `INSERT INTO ${name} (series_key, ${fields.join(', ')})
    VALUES ((SELECT key FROM series WHERE run_id = @run AND id = ?), ${fields.map(() => '?').join(', ')})`,
});

/** In the order in which references allow them to be written. */
export const ARCHIVED_TABLES: readonly ArchivedTable[] = [
  {
    name: 'run',
    columns: columns('number', 'json'),
    select: 'SELECT created_ms, body FROM run WHERE id = @run',
    insert: 'INSERT INTO run (id, created_ms, body) VALUES (@run, ?, ?)',
  },
  plain(
    'transition',
    ['at_ms', 'from_state', 'to_state', 'reason'],
    columns('number', 'text?', 'text', 'text'),
    'transition.id',
  ),
  plain(
    'load_process',
    ['process_id', 'pid', 'start_ticks', 'started_ms', 'spool_file', 'committed_offset', 'exited_ms', 'exit_reason'],
    columns('text', 'number', 'number', 'number', 'text', 'number', 'number?', 'text?'),
    'started_ms, key',
  ),
  plain('window_single', ['start_ms', 'body'], columns('number', 'blob'), 'start_ms, id'),
  plain('window_chunk', ['first_ms', 'last_ms', 'body'], columns('number', 'number', 'blob'), 'id'),
  plain('sketch_minute', ['at_ms', 'body'], columns('number', 'blob'), 'at_ms'),
  plain('sketch_hour', ['at_ms', 'body'], columns('number', 'blob'), 'at_ms'),
  plain('series', ['id', 'body'], columns('text', 'json'), 'key'),
  ofSeries(
    'sample_part',
    ['at_ms', 'part', 'min', 'mean', 'max', 'last', 'readings'],
    columns('number', 'number', 'number?', 'number?', 'number?', 'number?', 'number'),
  ),
  ofSeries('sample_hour', ['at_ms', 'body'], columns('number', 'blob')),
  plain(
    'event',
    ['at_ms', 'kind', 'severity', 'message', 'data'],
    columns('number', 'text', 'text', 'text', 'json'),
    'event.id',
  ),
  plain('action', ['body'], columns('json'), 'action.id'),
  plain('verdict', ['body'], columns('json'), 'run_id'),
];
