/** `retention` of the configuration. docs/deployment.md says what each tier holds. */
import { z } from 'zod';
import { formatDuration, parseDuration } from '../base/duration.ts';
import { parsed, quote, unreadable } from '../base/parsed.ts';
import { value } from '../config/value.ts';
import type { Retention } from '../store/retention.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 3_650 * DAY_MS;
const FOR_EVER = 'forever';

const kept = (what: string, example: string) =>
  value<number | null>(
    (input) => {
      if (input === FOR_EVER) return parsed(null);
      const read = parseDuration(input);
      if (!read.ok) return unreadable(read.problem, `${read.hint}; or ${FOR_EVER}`);
      if (read.value <= LONGEST_MS) return read;
      return unreadable(`${quote(input)} is too long`, `write at most ${formatDuration(LONGEST_MS)}, or ${FOR_EVER}`);
    },
    {
      type: 'string',
      description: `${what} are kept for so long after the end of their run`,
      examples: [example, FOR_EVER],
    },
  );

export const retentionSchema = z
  .strictObject({
    spool: kept("k6's spool files", '14d').optional(),
    rows: kept('windows, durations and samples', '180d').optional(),
    verdicts: kept('run, verdict and report', FOR_EVER).optional(),
  })
  .describe('how long what is left of a run is kept, by tier');

/** What is kept without a word in the configuration. */
export const DEFAULT_RETENTION: Retention = { spoolMs: 14 * DAY_MS, rowsMs: 180 * DAY_MS, verdictsMs: null };

/** `spoolRetentionMs`: the older key for the first tier, which holds where `retention` does not name it. */
export function resolveRetention(
  given: z.output<typeof retentionSchema> | undefined,
  spoolRetentionMs: number | undefined,
): Retention {
  const { spool, rows, verdicts } = given ?? {};
  return {
    spoolMs: spool === undefined ? (spoolRetentionMs ?? DEFAULT_RETENTION.spoolMs) : spool,
    rowsMs: rows === undefined ? DEFAULT_RETENTION.rowsMs : rows,
    verdictsMs: verdicts === undefined ? DEFAULT_RETENTION.verdictsMs : verdicts,
  };
}
