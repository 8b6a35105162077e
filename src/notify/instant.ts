import { isoTime } from '../base/iso-time.ts';

/** As messages write it: `2026-11-21 12:03:10 UTC`. */
export const instant = (atMs: number): string => `${isoTime(atMs).slice(0, 19).replace('T', ' ')} UTC`;
