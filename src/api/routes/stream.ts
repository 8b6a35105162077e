import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { admission } from '../access.ts';
import { parseCursor } from '../cursor.ts';
import { runUnknown } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { runParams } from '../schemas.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import { streamTo } from '../stream.ts';

/** Each reader may hold a megabyte: so many at once bound the memory of all. */
const MAX_READERS = 64;

const stream = defineRoute({
  method: 'GET',
  path: '/v1/stream',
  operationId: 'stream',
  summary: 'Server-sent events: `status` every two seconds, `state` and `event` as they happen; see docs/http-api.md',
  access: 'read',
  query: z.strictObject({
    run: runParams.shape.id.describe('only this run; all live ones unless told').optional(),
    status: z
      .enum(['whole', 'changes'])
      .describe('`changes`: parts of a status that are as they were last told are left out; whole unless told')
      .optional(),
  }),
  headers: z.looseObject({
    'last-event-id': z
      .string()
      .max(4_000)
      .describe('id of the last event seen: what was missed is sent first')
      .optional(),
  }),
  answer: { status: 200, description: 'an endless stream', mediaTypes: ['text/event-stream'] },
  problems: { 404: 'no such run', 503: 'too many read already' },
  async handle({ query, request, reply }, ports) {
    const { readers } = request.server;
    if (readers.size >= MAX_READERS) throw tooMany;
    const run = query.run ?? null;
    const changesOnly = query.status === 'changes';
    if (run !== null && (await ports.store.run(run)) === null) throw runUnknown(run);
    const last = request.headers['last-event-id'];
    const gone = new AbortController();
    const socket = reply.raw;
    // Who listens from the beginning gets the whole run; who listens to all gets what comes.
    const cursor = parseCursor(typeof last === 'string' ? last : '');
    if (run !== null && !cursor.has(run)) cursor.set(run, 0);
    reply.hijack();
    readers.add(socket);
    socket.on('close', () => gone.abort());
    socket.on('error', () => gone.abort());
    socket.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'text/event-stream',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
    });
    const sink = { write: (text: string) => void socket.write(text), pendingBytes: () => socket.writableLength };
    // Headers of a request do not change, but what they are worth does.
    const mayRead = (): boolean => admission(ports.access(), 'read', 'GET', request.headers).admitted;
    try {
      const end = await streamTo(
        sink,
        ports,
        { run, cursor, changesOnly, mayRead },
        AbortSignal.any([gone.signal, ports.stopping]),
      );
      if (end === 'refused') request.log.info('a stream is ended: its token is no longer good');
      if (end !== 'too_slow') socket.end();
      else {
        request.log.warn({ pendingBytes: socket.writableLength }, 'a reader of the stream is too slow and is dropped');
        socket.destroy();
      }
    } catch (thrown) {
      request.log.error({ err: thrown }, 'a stream broke off');
      socket.destroy();
    } finally {
      readers.delete(socket);
    }
    return reply;
  },
});

const tooMany = new SoakdError(`${MAX_READERS} read the stream already`, {
  code: 'too_many_readers',
  hint: 'close some, or ask /v1/status now and then',
  httpStatus: 503,
});

export const streamRoutes: Route[] = [stream];
