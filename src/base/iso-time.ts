/** Unix milliseconds as ISO 8601 in UTC: `2026-11-21T12:00:00.000Z`. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** The same to the second and without punctuation, for names that sort by time: `20261121T120000Z`. */
export const compactTime = (atMs: number): string => isoTime(atMs).replace(/\.\d+/, '').replaceAll(/[-:]/g, '');

/** An instant as ISO 8601 writes it with date, time and zone. */
export const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/;
