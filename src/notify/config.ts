/** Section `notify` of the daemon's configuration: who is told, of what, how often. docs/notifications.md says more. */
import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { section } from '../config/section.ts';
import { duration } from '../config/value.ts';
import { ALERT_ACTIONS, ALERT_SEVERITIES, type AlertAction, type AlertSeverity } from '../model/alert.ts';
import { type ChannelSettings, channelSettings } from './registry.ts';
import { httpUrl } from './settings.ts';

/** What is told: `alert` is all that an alert does, `summary` the word at a run's end. */
export const ROUTED = ['alert', 'summary'] as const;
export type Routed = (typeof ROUTED)[number];

/** A route takes a message when everything that is set fits. */
export interface Route {
  about: readonly Routed[] | null;
  severity: readonly AlertSeverity[] | null;
  action: readonly AlertAction[] | null;
  /** Label to value; a value may hold `*`. */
  labels: Readonly<Record<string, string>>;
  /** Names of configured channels; none: nobody is told. */
  channels: readonly string[];
  /** The routes after this one are looked at too. */
  goesOn: boolean;
}

export interface NotifyConfig {
  /** Where people reach the dashboard, without a slash at its end; null: messages carry no link. */
  publicUrl: string | null;
  channels: Readonly<Record<string, ChannelSettings>>;
  routes: readonly Route[];
  /** Channels for what no route takes; null: all. */
  otherwise: readonly string[] | null;
  /** Labels whose values make a group; `run` is also known for what has no labels. */
  groupBy: readonly string[];
  /** After a message to people further ones of its group wait so long, to go together. */
  groupIntervalMs: number;
  /** What could not be delivered for so long is given up. */
  giveUpAfterMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CHANNEL_NAME = /^[a-z0-9][a-z0-9_-]*$/;

const channelName = z
  .string()
  .regex(CHANNEL_NAME, 'is not a name of small letters, digits, _ and -')
  .describe('name of a channel above');

const oneOrMore = <T extends readonly [string, ...string[]]>(words: T, description: string) =>
  z.array(z.enum(words)).min(1, 'is empty').describe(description).optional();

const route = z.strictObject({
  about: oneOrMore(ROUTED, 'only alerts, or only the summary at the end of a run'),
  severity: oneOrMore(ALERT_SEVERITIES, 'only these'),
  action: oneOrMore(ALERT_ACTIONS, 'only these; `note` is sent to nobody unless a route names it'),
  labels: z.record(z.string(), z.string()).describe('all must match; * stands for anything').default({}),
  channels: z.array(channelName).describe('who is told; an empty list: nobody'),
  continue: z.boolean().describe('look at the routes after this one too').default(false),
});

/** Strict; names in routes must be those of channels. */
export const notifySchema = section(
  {
    public_url: z
      .string()
      .meta({ description: 'where people reach this daemon, for links in messages', format: 'uri' })
      .superRefine((text, context) => {
        const url = httpUrl(text);
        if (url !== null && url.search === '' && url.hash === '') return;
        const params = { hint: 'write for example https://soakd.staging.example' };
        context.addIssue({ code: 'custom', message: `"${text}" is not the address of a page`, params });
      })
      .optional(),
    channels: z.record(channelName, channelSettings).describe('who can be told, by a name of your own').default({}),
    routes: z.array(route).describe('who is told of what: the first that fits, from the top').default([]),
    default: z.array(channelName).describe('channels for what no route takes; all unless given').optional(),
    group_by: z
      .array(z.string().min(1, 'is empty'))
      .describe('labels that make a group: what is alike in them goes together')
      .default(['run']),
    group_interval: duration('after a message further ones of its group wait so long, to go together', {
      minMs: 0,
      maxMs: DAY_MS,
      example: '1m',
    }).optional(),
    give_up_after: duration('what could not be delivered for so long is given up', {
      minMs: MINUTE_MS,
      maxMs: 365 * DAY_MS,
      example: '7d',
    }).optional(),
  },
  ({ channels, routes = [], default: otherwise = [] }, _given, report) => {
    // Which names there are cannot be told where the channels themselves are wrong.
    if (channels === undefined) return;
    const known = Object.keys(channels);
    const check = (names: readonly string[], path: (string | number)[]): void => {
      for (const [at, name] of names.entries()) {
        if (known.includes(name)) continue;
        const like = nearest(name, known);
        const hint = like === null ? `channels has ${known.join(', ') || 'none'}` : `did you mean ${like}?`;
        report([...path, at], `there is no channel "${name}"`, hint);
      }
    };
    for (const [at, { channels: names }] of routes.entries()) check(names, ['routes', at, 'channels']);
    check(otherwise, ['default']);
  },
).describe('who is told of alerts and results');

/** As it was checked; undefined: nobody is told. */
export function resolveNotify(given: z.output<typeof notifySchema> | undefined): NotifyConfig {
  return {
    publicUrl: given?.public_url?.replace(/\/+$/, '') ?? null,
    channels: given?.channels ?? {},
    routes: (given?.routes ?? []).map((one) => ({
      about: one.about ?? null,
      severity: one.severity ?? null,
      action: one.action ?? null,
      labels: one.labels,
      channels: one.channels,
      goesOn: one.continue,
    })),
    otherwise: given?.default ?? null,
    groupBy: given?.group_by ?? ['run'],
    groupIntervalMs: given?.group_interval ?? MINUTE_MS,
    giveUpAfterMs: given?.give_up_after ?? 7 * DAY_MS,
  };
}
