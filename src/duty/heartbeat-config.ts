import { z } from 'zod';
import { duration } from '../config/value.ts';
import { address } from '../notify/settings.ts';

export interface HeartbeatConfig {
  /** An address, `env:NAME` or `file:/path`. */
  url: string;
  everyMs: number;
}

/** Section `heartbeat` of the daemon's configuration. */
export const heartbeatSchema = z
  .strictObject({
    url: address('address that is asked by GET while soakd is well', 'https://hc-ping.example.org/soakd'),
    every: duration('how often', { minMs: 5_000, maxMs: 86_400_000, example: '1m' }).optional(),
  })
  .describe('somebody outside who notices when soakd falls silent');

export const resolveHeartbeat = (given: z.output<typeof heartbeatSchema> | undefined): HeartbeatConfig | null =>
  given === undefined ? null : { url: given.url, everyMs: given.every ?? 60_000 };
