import { visible } from '../base/visible.ts';
import type { RunStatus } from '../model/status.ts';
import { formatBytes, formatDuration, formatMilliseconds, significant } from '../verdict/quantity.ts';
import type { Io } from './io.ts';

/** Between two lines where a line cannot be rewritten. */
const LINE_EVERY_MS = 15_000;

/**
 * One line about a live run: time left, planned and served rate, p95, errors, memory. The planned rate is that of the
 * minute in which the served one was measured: in a rehearsal the plan of this instant is an hour farther.
 */
export function progressLine(status: RunStatus): string {
  if (status.state === 'preparing') return preparingLine(status);
  const { rate, latency, errorRatePercent } = status;
  const memory = status.series.find(
    (series) => series.role === 'target' && series.unit === 'bytes' && series.last !== null,
  );
  const orDash = (value: number | null, text: (value: number) => string): string =>
    value === null ? '–' : text(value);
  return [
    status.state.replace('_', ' '),
    status.rehearsal ? `${status.profileClock}, hour ${significant(status.hourOfRun)}` : status.profileClock,
    `${formatDuration(status.leftMs)} left`,
    `planned ${significant(rate.recentlyPlannedPerMinute ?? rate.plannedPerMinute)}/min, served ${orDash(rate.servedPerMinute, (served) => `${significant(served)}/min`)}`,
    `p95 ${orDash(latency.p95Ms, formatMilliseconds)}`,
    `errors ${orDash(errorRatePercent.soFar, (percent) => `${significant(percent)} %`)}`,
    ...(memory === undefined || memory.last === null ? [] : [`${memory.id} ${formatBytes(memory.last)}`]),
    ...status.health.problems,
  ].join(' · ');
}

/** Before the start nothing is planned, served or measured, and the clock of the profile stands still. */
function preparingLine({ nowMs, startMs, leftMs, profileClock, health }: RunStatus): string {
  const begins = startMs > nowMs ? `in ${formatDuration(startMs - nowMs)}` : 'now';
  return [
    'preparing',
    `begins ${begins}, at ${profileClock}`,
    `${formatDuration(leftMs)} to run`,
    ...health.problems,
  ].join(' · ');
}

/** Writes progress for a person: rewritten in place on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #io: Pick<Io, 'say' | 'sayIsTerminal' | 'columns'>;
  #lastLineMs = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(io: Pick<Io, 'say' | 'sayIsTerminal' | 'columns'>) {
    this.#io = io;
  }

  show(status: RunStatus, nowMs: number): void {
    const line = visible(progressLine(status));
    if (this.#io.sayIsTerminal) {
      // Carriage return, then erase to the end of the line (ECMA-48 EL).
      this.#io.say(`\r\u001b[K${line.slice(0, Math.max(20, this.#io.columns - 1))}`);
      this.#open = true;
    } else if (nowMs - this.#lastLineMs >= LINE_EVERY_MS) {
      this.#lastLineMs = nowMs;
      this.#io.say(`${line}\n`);
    }
  }

  /** A message of its own line, which does not tear the progress line. */
  note(text: string): void {
    this.#io.say(`${this.#open ? '\r\u001b[K' : ''}${visible(text)}\n`);
    this.#open = false;
  }

  end(): void {
    if (this.#open) this.#io.say('\n');
    this.#open = false;
  }
}
