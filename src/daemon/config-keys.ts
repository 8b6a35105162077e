import { isDeepStrictEqual } from 'node:util';
import type { DaemonConfig } from './config.ts';

interface ConfigKey {
  /** As an operator writes it. */
  key: string;
  /** Holds from the next start on only: a reload says so and leaves it. */
  atStartOnly?: true;
}

/** Every key of the configuration by its field: what a reload tells of it. */
const KEYS: Record<keyof DaemonConfig, ConfigKey> = {
  dataFolder: { key: 'data', atStartOnly: true },
  listen: { key: 'listen', atStartOnly: true },
  tokenFile: { key: 'token_file' },
  readTokenFile: { key: 'read_token_file' },
  allowedHosts: { key: 'allowed_hosts' },
  logLevel: { key: 'log_level' },
  fence: { key: 'fence' },
  shelfFolder: { key: 'profiles' },
  inlineProfiles: { key: 'allow_inline_profiles' },
  profileFolder: { key: 'profile_files' },
  alertsFile: { key: 'alerts' },
  retention: { key: 'retention' },
  notify: { key: 'notify' },
  heartbeat: { key: 'heartbeat' },
  schedule: { key: 'schedule' },
};

const FIELDS = Object.keys(KEYS) as (keyof DaemonConfig)[];

/** The keys that differ, as an operator writes them; in the order of the list above. */
export const changedKeys = (before: DaemonConfig, after: DaemonConfig): { live: string[]; atStartOnly: string[] } => {
  const changed = FIELDS.filter((field) => !isDeepStrictEqual(before[field], after[field])).map((field) => KEYS[field]);
  const keysOf = (found: ConfigKey[]): string[] => found.map(({ key }) => key);
  return {
    live: keysOf(changed.filter(({ atStartOnly }) => atStartOnly !== true)),
    atStartOnly: keysOf(changed.filter(({ atStartOnly }) => atStartOnly === true)),
  };
};

/** `after` with what holds at a start only as it was `before`. */
export function withStartedValues(before: DaemonConfig, after: DaemonConfig): DaemonConfig {
  const kept = FIELDS.filter((field) => KEYS[field].atStartOnly === true).map((field) => [field, before[field]]);
  return { ...after, ...Object.fromEntries(kept) };
}
