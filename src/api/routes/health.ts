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
  summary: 'The store answers and takes rows',
  access: 'open',
  answer: {
    status: 200,
    description: 'ready',
    schema: z.strictObject({
      status: z.literal('ready'),
      liveRuns: z.int(),
      storeBacklogRows: z.int(),
    }),
  },
  problems: { 503: 'the store does not answer, or takes no rows' },
  async handle(_input, { store, storeHealth, tryStore, control, clock }) {
    const limit = deadline(clock, READY_MS);
    const late = Promise.withResolvers<never>();
    const fail = (): void => late.reject(limit.signal.reason);
    limit.signal.addEventListener('abort', fail, { once: true });
    const answers = async (): Promise<void> => {
      await store.runs({ limit: 1 });
      await tryStore();
    };
    try {
      await Promise.race([answers(), late.promise]);
    } catch (cause) {
      if (cause instanceof SoakdError) throw notReady(cause);
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
    return { status: 'ready', liveRuns: control.live().length, storeBacklogRows: storeHealth().backlogRows };
  },
});

/** What the store says is wrong, as a state that may pass: whoever probes asks again. */
const notReady = (cause: SoakdError): SoakdError =>
  new SoakdError('the store takes no rows', { code: cause.code, hint: cause.hint, httpStatus: 503, cause });

export const healthRoutes: Route[] = [healthz, readyz];
