import { z } from 'zod';

/** What can be made to go wrong, at start by `--name value` and at run time by `PATCH /switches`. */
export const switchesSchema = z.strictObject({
  leak_bytes: z.number().min(0).describe('kept for ever with each request to /api/…'),
  drift_ms_per_1000: z.number().min(0).describe('every 1000 requests make each answer this much slower'),
  delay_ms: z.number().min(0).describe('added to each answer'),
  error_rate: z.number().min(0).max(1).describe('share of requests answered with 500'),
  stall: z.boolean().describe('requests are accepted and never answered'),
  crash_after: z.number().int().min(0).describe('the process ends without a word after so many requests; 0: never'),
});

export type Switches = z.infer<typeof switchesSchema>;

export const ALL_OFF: Switches = {
  leak_bytes: 0,
  drift_ms_per_1000: 0,
  delay_ms: 0,
  error_rate: 0,
  stall: false,
  crash_after: 0,
};
