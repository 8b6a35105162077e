/** Probes: is the process up, can it work. */
import { z } from 'zod';
import { deadline } from '../../base/clock.ts';
import { SoakdError } from '../../base/errors.ts';
import { defineRoute, type Route } from '../route.ts';

/** A probe that takes longer than this is a failure to whoever asks. */
const READY_MS = 2_000;

const healthz = defineRoute({
  method: 'GET',
  path: '/healthz',
  operationId: 'healthz',
  summary: 'The process is up and its event loop turns',
  access: 'open',
  answer: {
    status: 200,
    description: 'up',
    schema: z.strictObject({ status: z.literal('ok'), version: z.string() }),
  },
  handle: (_input, { version }) => ({ status: 'ok', version }),
});

const readyz = defineRoute({
  method: 'GET',
  path: '/readyz',
  operationId: 'readyz',
  summary: 'The store answers; rows that wait for it are told',
  access: 'open',
  answer: {
    status: 200,
    description: 'ready',
    schema: z.strictObject({
      status: z.literal('ready'),
      liveRuns: z.int(),
      storeBacklogRows: z.int(),
      storeProblem: z.string().nullable(),
    }),
  },
  problems: { 503: 'the store does not answer' },
  async handle(_input, { store, storeHealth, control, clock }) {
    const limit = deadline(clock, READY_MS);
    const late = Promise.withResolvers<never>();
    const fail = (): void => late.reject(limit.signal.reason);
    limit.signal.addEventListener('abort', fail, { once: true });
    try {
      await Promise.race([store.runs({ limit: 1 }), late.promise]);
    } catch (cause) {
      throw new SoakdError('the store does not answer', {
        code: 'store_unavailable',
        hint: 'see the log, the disk and `soakd doctor`',
        httpStatus: 503,
        cause,
      });
    } finally {
      limit.signal.removeEventListener('abort', fail);
      limit.clear();
    }
    const { backlogRows, problem } = storeHealth();
    return {
      status: 'ready',
      liveRuns: control.live().length,
      storeBacklogRows: backlogRows,
      storeProblem: problem,
    };
  },
});

export const healthRoutes: Route[] = [healthz, readyz];
