/** Configuration of the daemon: YAML, strict, in the manner of profiles. docs/operations.md describes every key. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { isLoopbackHost } from '../api/access.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { readYaml } from '../config/document.ts';
import { findingsOf } from '../config/issues.ts';
import type { Problem } from '../config/problem.ts';
import { duration, nonEmptyText, value } from '../config/value.ts';
import { type HeartbeatConfig, heartbeatSchema, resolveHeartbeat } from '../duty/heartbeat-config.ts';
import { resolveScheduleConfig, type ScheduleConfig, scheduleConfigSchema } from '../duty/schedule-config.ts';
import { type NotifyConfig, notifySchema, resolveNotify } from '../notify/config.ts';
import type { Retention } from '../store/retention.ts';
import { type Fence, fenceEntry } from './fence.ts';
import { resolveRetention, retentionSchema } from './retention-config.ts';

export interface ListenAddress {
  /** Without brackets. */
  host: string;
  /** 0: any free one. */
  port: number;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export interface DaemonConfig {
  /** Absolute; null: what the command line says. */
  dataFolder: string | null;
  listen: ListenAddress;
  /** Absolute; null: no tokens that may operate, or those of the environment. */
  tokenFile: string | null;
  /** Absolute; null: no tokens that may only read, or those of the environment. */
  readTokenFile: string | null;
  allowedHosts: string[];
  logLevel: (typeof LOG_LEVELS)[number];
  fence: Fence;
  /** Absolute; the operator's own profiles, which requests start by name. null: none. */
  shelfFolder: string | null;
  /** May requests send profiles of their own? null: on loopback without `allowed_hosts` only. */
  inlineProfiles: boolean | null;
  /** Absolute; files that profiles sent over the API may name lie below. null: any on loopback, none elsewhere. */
  profileFolder: string | null;
  /** Absolute; rules of alerts. null: those that soakd comes with. */
  alertsFile: string | null;
  /** How long what is left of a run is kept. */
  retention: Retention;
  /** Who is told of alerts and results. */
  notify: NotifyConfig;
  /** Somebody who notices when soakd falls silent; null: nobody. */
  heartbeat: HeartbeatConfig | null;
  /** What starts by itself; null: nothing. */
  schedule: ScheduleConfig | null;
}

const DEFAULT_LISTEN: ListenAddress = { host: '127.0.0.1', port: 8089 };
const DAY_MS = 86_400_000;

const listenAddress = value(parseListen, {
  type: 'string',
  description: 'address and port to listen on; off loopback a token is needed',
  examples: ['127.0.0.1:8089', '[::1]:8089'],
});

const fenceTarget = value(fenceEntry, {
  type: 'string',
  description: 'a host name, `*.example.org`, an address, a network such as 10.0.0.0/8, or loopback, private, any',
  examples: ['shop.staging.example', '10.20.0.0/16'],
});

const schema = z.strictObject({
  data: nonEmptyText('folder of the store and the runs; relative to this file').optional(),
  listen: listenAddress.optional(),
  token_file: nonEmptyText('file of the tokens that may operate, one a line; SOAKD_TOKEN beats it').optional(),
  read_token_file: nonEmptyText('file of the tokens that may only read; SOAKD_READ_TOKEN beats it').optional(),
  allowed_hosts: z
    .array(nonEmptyText('host name'))
    .describe('names under which requests without a token may come, beside loopback ones')
    .optional(),
  log_level: z.enum(LOG_LEVELS).describe('least level that is logged').optional(),
  fence: z
    .strictObject({
      targets: z.array(fenceTarget).min(1, 'is empty').describe('what may be loaded').optional(),
      samplers: z
        .array(fenceTarget)
        .describe('whom samplers may ask by the network, beside what may be loaded')
        .optional(),
      max_rate: z.number().positive('is not above 0').describe('most requests a minute of one run').optional(),
      max_requests: z.number().positive('is not above 0').describe('most requests of one run').optional(),
    })
    .describe('limits that no profile and no operator can pass')
    .optional(),
  profiles: nonEmptyText("folder of the operator's own profiles, started by name; relative to this file").optional(),
  allow_inline_profiles: z.boolean().describe('requests may send profiles of their own').optional(),
  profile_files: nonEmptyText(
    'folder of the files that a profile sent over the API may name; relative to this file',
  ).optional(),
  retention: retentionSchema.optional(),
  spool_retention: duration('older name of retention.spool, which beats it', {
    minMs: 0,
    maxMs: 3_650 * DAY_MS,
    example: '14d',
  }).optional(),
  alerts: z
    .strictObject({ file: nonEmptyText('file of the alert rules; relative to this file').optional() })
    .describe('what is watched for while runs live; the rules that soakd comes with unless told')
    .optional(),
  notify: notifySchema.optional(),
  heartbeat: heartbeatSchema.optional(),
  schedule: scheduleConfigSchema.optional(),
});

/** On this machine and for nobody else: who asks is one of its users. Behind a proxy callers come from anywhere. */
export const isLocalOnly = ({ listen, allowedHosts }: Pick<DaemonConfig, 'listen' | 'allowedHosts'>): boolean =>
  isLoopbackHost(listen.host) && allowedHosts.length === 0;

/** As JSON Schema, for editors. */
export const daemonJsonSchema = (): object => ({
  $id: 'daemon.schema.json',
  title: 'soakd daemon configuration',
  ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
});

export type ParsedDaemonConfig = { ok: true; config: DaemonConfig } | { ok: false; problems: Problem[] };

/** What a daemon without a file does. */
export const defaultDaemonConfig = (): DaemonConfig => resolveConfig({}, '.');

/** Reads a configuration; all problems are found at once, each with its place and a hint. */
export function readDaemonConfig(source: string, fileName: string): ParsedDaemonConfig {
  const document = readYaml(source);
  const problems: Problem[] = document.syntax.map((found) => ({ file: fileName, path: '', ...found }));
  // What half a document means would only be guessed.
  if (problems.length > 0) return { ok: false, problems };
  // An empty file, or one of comments only, asks for nothing.
  const data = document.data ?? {};
  const checked = schema.safeParse(data);
  if (checked.success) return { ok: true, config: resolveConfig(checked.data, dirname(fileName)) };
  for (const { path, atKey, problem, hint } of findingsOf(checked.error.issues, schema, data)) {
    const { line, column } = document.locate(path, atKey);
    const page = path[0] === 'notify' || path[0] === 'heartbeat' ? 'notifications' : 'operations';
    const inOurDocs = hint.replace('docs/profile.md', `docs/${page}.md`);
    problems.push({ file: fileName, line, column, path: path.join('.'), problem, hint: inOurDocs });
  }
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function resolveConfig(given: z.output<typeof schema>, folder: string): DaemonConfig {
  const { fence = {} } = given;
  return {
    dataFolder: given.data === undefined ? null : resolve(folder, given.data),
    listen: given.listen ?? DEFAULT_LISTEN,
    tokenFile: given.token_file === undefined ? null : resolve(folder, given.token_file),
    readTokenFile: given.read_token_file === undefined ? null : resolve(folder, given.read_token_file),
    allowedHosts: (given.allowed_hosts ?? []).map((host) => host.toLowerCase()),
    logLevel: given.log_level ?? 'info',
    fence: {
      targets: fence.targets ?? ['loopback', 'private'],
      samplers: fence.samplers ?? ['loopback', 'private'],
      maxRatePerMinute: fence.max_rate ?? null,
      maxRequests: fence.max_requests ?? null,
    },
    shelfFolder: given.profiles === undefined ? null : resolve(folder, given.profiles),
    inlineProfiles: given.allow_inline_profiles ?? null,
    profileFolder: given.profile_files === undefined ? null : resolve(folder, given.profile_files),
    alertsFile: given.alerts?.file === undefined ? null : resolve(folder, given.alerts.file),
    retention: resolveRetention(given.retention, given.spool_retention),
    notify: resolveNotify(given.notify),
    heartbeat: resolveHeartbeat(given.heartbeat),
    schedule: resolveScheduleConfig(given.schedule, folder),
  };
}

/** `127.0.0.1:8089`, `localhost:8089`, `[::]:8089`; a port alone is refused, because it would say nothing of who may come. */
export function parseListen(input: unknown): Parsed<ListenAddress> {
  const example = 'write for example 127.0.0.1:8089 or [::1]:8089';
  if (typeof input !== 'string') return unreadable(`${quote(input)} is not an address with a port`, example);
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(input.trim()) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    return unreadable(`${quote(input)} is not an address with a port`, example);
  }
  return parsed({ host, port: Number(port) });
}
