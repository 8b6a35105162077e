/** Files of samples as people bring them: a service under a load that follows the hours, healthy or not. */
import { correlatedNoise, normalNoise } from './noise.ts';

export interface SamplesOptions {
  seed: number;
  hours: number;
  everySeconds: number;
  /** Growth of `rss_bytes`, percent of its level a day. */
  leakPercentPerDay?: number;
  /** Growth of `latency_p95_ms`, percent a day. */
  driftPercentPerDay?: number;
  /** Column names to leave empty throughout. */
  empty?: readonly string[];
  /** How times are written. */
  time?: 'iso' | 'iso without zone' | 'epoch seconds' | 'epoch milliseconds';
  /** Each sample is off its time by up to this share of the distance. */
  jitter?: number;
  startMs?: number;
}

export const COLUMN_NAMES = ['load_rpm', 'rss_bytes', 'open_connections', 'latency_p95_ms'] as const;
const START_MS = Date.UTC(2026, 10, 16, 9);
const HOUR_MS = 3_600_000;

/** Header and rows; the same for the same seed. */
export function samplesTable(options: SamplesOptions): { header: string[]; rows: string[][] } {
  const { seed, hours, everySeconds, leakPercentPerDay = 0, driftPercentPerDay = 0, empty = [] } = options;
  const { jitter = 0, startMs = START_MS } = options;
  const white = normalNoise(seed);
  const slow = correlatedNoise(seed + 1, 0.9 ** (everySeconds / 60));
  const count = Math.round((hours * 3600) / everySeconds);
  const rows = Array.from({ length: count }, (_, at) => {
    const off = at === 0 ? 0 : jitter * everySeconds * 1000 * Math.max(-1, Math.min(1, white() / 3));
    const atMs = Math.round(startMs + at * everySeconds * 1000 + off);
    const hour = (atMs - startMs) / HOUR_MS;
    const load = 600 * (1 + 0.6 * Math.sin((2 * Math.PI * hour) / 24));
    const wander = slow();
    const values: Record<(typeof COLUMN_NAMES)[number], string> = {
      load_rpm: load.toFixed(1),
      rss_bytes: (
        4e8 *
        (0.9 + load / 6000 + (leakPercentPerDay / 100) * (hour / 24) + 0.003 * wander + 0.003 * white())
      ).toFixed(0),
      open_connections: String(Math.round(20 + load / 50 + 2 * white())),
      latency_p95_ms: (
        80 * Math.exp(load / 3000 + Math.log1p(driftPercentPerDay / 100) * (hour / 24) + 0.03 * white())
      ).toFixed(2),
    };
    return [
      timeText(atMs, options.time ?? 'iso'),
      ...COLUMN_NAMES.map((name) => (empty.includes(name) ? '' : values[name])),
    ];
  });
  return { header: ['time', ...COLUMN_NAMES], rows };
}

/** The same as a file. */
export function samplesCsv(options: SamplesOptions): string {
  const { header, rows } = samplesTable(options);
  return csvOf(header, rows);
}

export const csvOf = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;

function timeText(atMs: number, form: NonNullable<SamplesOptions['time']>): string {
  const iso = new Date(atMs).toISOString();
  if (form === 'iso') return iso;
  if (form === 'iso without zone') return iso.slice(0, -1).replace('T', ' ');
  return String(form === 'epoch seconds' ? atMs / 1000 : atMs);
}
