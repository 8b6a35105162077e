/** What was told to whom, what waits, and a test of the channels. Where messages go is set in the configuration only. */
import { z } from 'zod';
import { ALERT_SEVERITIES } from '../../model/alert.ts';
import { NOTIFICATION_KINDS, type Notification } from '../../model/notification.ts';
import { defineRoute, type Route } from '../route.ts';

const unixMs = z.number().describe('Unix milliseconds');
const count = z.int().nonnegative();

export const NOTIFICATION_STATES = ['waiting', 'delivered', 'given_up'] as const;

const notificationSchema = z
  .strictObject({
    id: z.int(),
    key: z.string().describe('unique; the same news are stored once'),
    channel: z.string(),
    group: z.string().describe('messages of one channel and group arrive in order'),
    kind: z.enum(NOTIFICATION_KINDS),
    severity: z.enum(ALERT_SEVERITIES),
    title: z.string(),
    runId: z.string().nullable(),
    state: z.enum(NOTIFICATION_STATES),
    createdMs: unixMs,
    dueMs: unixMs.describe('not tried before'),
    attempts: count,
    deliveredMs: unixMs.nullable(),
    failedMs: unixMs.nullable().describe('when it was given up'),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'Notification' });

export const notificationsSchema = z
  .strictObject({
    waiting: z.record(z.string(), count).describe('by channel'),
    channels: z.array(
      z.strictObject({
        channel: z.string(),
        failingSinceMs: unixMs.nullable().describe('null: it delivers'),
        refusedSinceMs: unixMs.nullable().describe('since when it refuses all for good'),
        lastError: z.string().nullable(),
        delivered: count.describe('messages since the daemon began or read its configuration again'),
        retried: count,
        givenUp: count,
      }),
    ),
    heartbeat: z.strictObject({
      lastMs: unixMs.nullable().describe('when it was heard last'),
      problem: z.string().nullable().describe('why it is not heard'),
    }),
    notifications: z.array(notificationSchema).describe('newest first'),
  })
  .meta({ id: 'Notifications' });

export type ListedNotification = z.infer<typeof notificationSchema>;

/** A row of the outbox as the API shows it: the message itself is told by its title. */
export function listed({ body, ...row }: Notification): ListedNotification {
  const { kind, severity, title, runId } = body;
  const state = row.deliveredMs !== null ? 'delivered' : row.failedMs !== null ? 'given_up' : 'waiting';
  return { ...row, kind, severity, title, runId, state };
}

const list = defineRoute({
  method: 'GET',
  path: '/v1/notifications',
  operationId: 'getNotifications',
  summary: 'The outbox, newest first, and how the channels do',
  access: 'read',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).describe('50 unless told').default(50),
    run: z.string().max(200).describe('only of this run').optional(),
    state: z.enum(NOTIFICATION_STATES).describe('only these').optional(),
  }),
  answer: { status: 200, description: 'the newest', schema: notificationsSchema },
  async handle({ query }, { duty, delivery }) {
    const { limit, run, state } = query;
    const rows = await duty.notifications({
      limit,
      ...(run === undefined ? {} : { runId: run }),
      ...(state === undefined ? {} : { state }),
    });
    return {
      waiting: await duty.outboxSizes(),
      channels: delivery.health(),
      heartbeat: delivery.heartbeat(),
      notifications: rows.map(listed),
    };
  },
});

export const testedSchema = z
  .strictObject({
    results: z.array(
      z.strictObject({
        channel: z.string(),
        kind: z.string(),
        delivered: z.boolean(),
        reason: z.string().nullable().describe('why not'),
        tookMs: z.number(),
      }),
    ),
  })
  .meta({ id: 'TestedChannels' });

const test = defineRoute({
  method: 'POST',
  path: '/v1/notifications/test',
  operationId: 'testNotifications',
  summary: 'A test message to one channel of the configuration, or to all; tells what became of it',
  access: 'change',
  body: z
    .strictObject({
      channel: z.string().max(200).describe('its name in the configuration; all when left out').optional(),
    })
    .meta({ id: 'TestRequest' }),
  answer: { status: 200, description: 'one entry a channel', schema: testedSchema },
  problems: { 404: 'no channel of the configuration has this name', 422: 'the channel takes no test message' },
  handle: async ({ body }, { delivery }) => ({ results: await delivery.test(body.channel ?? null) }),
});

export const notificationRoutes: Route[] = [list, test];
