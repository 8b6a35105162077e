/**
 * The schema as a list of steps; a file's `user_version` says how many it has taken. A step that was released is
 * never edited: what must change is another step.
 *
 * Size decides the shape: windows and samples wait as single rows while their hour lasts, then become compressed rows of a
 * quarter of an hour or an hour; sketches are merged to a minute, later to five. Instants are
 * REAL: a clock may give fractions of a millisecond, and SQLite keeps whole ones as integers anyway.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE run (
    id TEXT PRIMARY KEY,
    created_ms REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE transition (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id),
    at_ms REAL NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX transition_of_run ON transition (run_id, id);

  CREATE TABLE load_process (
    key INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id),
    process_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_ticks INTEGER NOT NULL,
    started_ms REAL NOT NULL,
    spool_file TEXT NOT NULL,
    committed_offset INTEGER NOT NULL,
    exited_ms REAL,
    exit_reason TEXT,
    UNIQUE (run_id, process_id)
  ) STRICT;
  CREATE TABLE window_seen (
    process_key INTEGER NOT NULL REFERENCES load_process (key),
    sequence INTEGER NOT NULL,
    PRIMARY KEY (process_key, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE window_single (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id),
    start_ms REAL NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX window_single_of_run ON window_single (run_id, start_ms);
  CREATE TABLE window_chunk (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id),
    first_ms REAL NOT NULL,
    last_ms REAL NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX window_chunk_of_run ON window_chunk (run_id, first_ms);

  CREATE TABLE sketch_minute (
    run_id TEXT NOT NULL REFERENCES run (id),
    at_ms REAL NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (run_id, at_ms)
  ) STRICT;
  CREATE TABLE sketch_hour (
    run_id TEXT NOT NULL REFERENCES run (id),
    at_ms REAL NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (run_id, at_ms)
  ) STRICT;

  CREATE TABLE series (
    key INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES run (id),
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run_id, id)
  ) STRICT;
  CREATE TABLE sample_single (
    series_key INTEGER NOT NULL REFERENCES series (key),
    at_ms REAL NOT NULL,
    min REAL,
    mean REAL,
    max REAL,
    last REAL,
    readings INTEGER NOT NULL,
    PRIMARY KEY (series_key, at_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sample_hour (
    series_key INTEGER NOT NULL REFERENCES series (key),
    at_ms REAL NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (series_key, at_ms)
  ) STRICT;

  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES run (id),
    at_ms REAL NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_of_run ON event (run_id, id);
  CREATE TABLE action (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES run (id),
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX action_of_run ON action (run_id, id);
  CREATE TABLE verdict (
    run_id TEXT PRIMARY KEY REFERENCES run (id),
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE lease (
    target TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_ms REAL NOT NULL
  ) STRICT;
  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    at_ms REAL NOT NULL
  ) STRICT;
  `,
  // An interval may be read in parts, by one soakd and the next; the parts are told apart by what they hold.
  `
  CREATE TABLE sample_part (
    series_key INTEGER NOT NULL REFERENCES series (key),
    at_ms REAL NOT NULL,
    part INTEGER NOT NULL,
    min REAL,
    mean REAL,
    max REAL,
    last REAL,
    readings INTEGER NOT NULL,
    PRIMARY KEY (series_key, at_ms, part)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sample_part
    SELECT series_key, at_ms, 0, min, mean, max, last, readings FROM sample_single;
  DROP TABLE sample_single;
  `,
  // Duty: alerts, silences, the outbox, scheduled starts, baselines.
  `
  CREATE TABLE alert (
    id TEXT PRIMARY KEY,
    run_id TEXT,
    is_open INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_of_run ON alert (run_id, id);
  CREATE INDEX alert_open ON alert (id) WHERE is_open = 1;
  CREATE TABLE alert_transition (
    id INTEGER PRIMARY KEY,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    at_ms REAL NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_transition_of_alert ON alert_transition (alert_id, id);
  CREATE TABLE silence (
    id TEXT PRIMARY KEY,
    created_ms REAL NOT NULL,
    from_ms REAL NOT NULL,
    until_ms REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    group_key TEXT NOT NULL,
    run_id TEXT,
    created_ms REAL NOT NULL,
    due_ms REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    delivered_ms REAL,
    failed_ms REAL,
    last_error TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX notification_waiting ON notification (channel, id) WHERE delivered_ms IS NULL AND failed_ms IS NULL;
  CREATE INDEX notification_of_run ON notification (run_id, id);

  CREATE TABLE scheduled_start (
    entry TEXT NOT NULL,
    due_ms REAL NOT NULL,
    outcome TEXT NOT NULL,
    at_ms REAL NOT NULL,
    run_id TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (entry, due_ms)
  ) STRICT;
  CREATE INDEX scheduled_start_by_time ON scheduled_start (due_ms);
  CREATE TABLE baseline (
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    run_id TEXT NOT NULL,
    promoted_ms REAL NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (profile, name)
  ) STRICT;
  CREATE TABLE note (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;
  `,
];
