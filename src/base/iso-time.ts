/** Unix milliseconds as ISO 8601 in UTC: `2026-11-21T12:00:00.000Z`. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** The same to the second and without punctuation, for names that sort by time: `20261121T120000Z`. */
export const compactTime = (atMs: number): string => isoTime(atMs).replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
