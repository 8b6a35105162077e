import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { SoakdError } from '../base/errors.ts';
import { allowedMethods } from './allowed-methods.ts';
import { compressAnswers } from './compress.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { answerUnreadable, LIMITS, limitConnections, serverOptions } from './limits.ts';
import { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { servePage } from './page.ts';
import type { ApiPorts } from './ports.ts';
import { sendProblem } from './problem.ts';
import type { Route } from './route.ts';
import { routes } from './routes/registry.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics;
    openApi: Record<string, unknown>;
    /** Connections that read the stream. */
    readers: Set<object>;
  }
}

/** The HTTP API as a server that does not listen yet. */
export function createApi(ports: ApiPorts): FastifyInstance {
  const app = Fastify({
    loggerInstance: ports.log,
    logController: new LogController({ disableRequestLogging: true }),
    http: serverOptions,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: LIMITS.idleMs,
    keepAliveTimeout: LIMITS.keptMs,
    clientErrorHandler: answerUnreadable,
    // Kept connections must not hold up a stop.
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 128 },
    // A path that the router itself refuses: too long, or wrongly encoded.
    frameworkErrors: (thrown, _request, reply) => sendProblem(reply.headers(SECURITY_HEADERS), thrown),
    genReqId: requestIds(),
  });
  app.decorate('metrics', new Metrics(ports));
  app.decorate('readers', new Set<object>());
  limitConnections(app.server);
  const door = new Doorkeeper(app, ports, () => app.metrics.countWrongToken());
  app.decorate('openApi', openApiDocument(routes, ports.version));
  app.setErrorHandler((thrown, _request, reply) => sendProblem(reply, thrown));
  const methodsAt = allowedMethods(routes);
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = url.split('?')[0] ?? url;
    const methods = methodsAt(path);
    if (methods.length === 0) return sendProblem(reply, routeUnknown(method, path));
    const allow = methods.join(', ');
    return sendProblem(reply.header('allow', allow), methodNotAllowed(method, path, allow));
  });
  app.addHook('onResponse', async ({ method, url, ip, log, routeOptions }, { statusCode, elapsedTime }) => {
    app.metrics.observeRequest(routeOptions.url ?? 'unknown', method, statusCode, elapsedTime / 1_000);
    // What only reads is asked every few seconds by somebody: it would drown the rest.
    log[method === 'GET' ? 'debug' : 'info']({ method, url, ip, statusCode, elapsedMs: elapsedTime }, 'request');
  });
  compressAnswers(app);
  for (const route of routes) register(app, door, route, ports);
  servePage(app, ports.page);
  return app;
}

function register(app: FastifyInstance, door: Doorkeeper, route: Route, ports: ApiPorts): void {
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    onRequest: (request, reply) => door.admit(route.access, request, reply),
    handler: (request, reply) => route.serve(request, reply, ports),
  });
}

const routeUnknown = (method: string, path: string): SoakdError =>
  new SoakdError(`there is no ${method} ${path}`, {
    code: 'route_unknown',
    hint: '/openapi.json lists all routes',
    httpStatus: 404,
  });

/** RFC 9110, §15.5.6: the answer names in `Allow` what would do. */
const methodNotAllowed = (method: string, path: string, allow: string): SoakdError =>
  new SoakdError(`${method} is not for ${path}`, {
    code: 'method_not_allowed',
    hint: `try ${allow}`,
    httpStatus: 405,
  });

/** Short and in order, so that a problem is found in the log. */
function requestIds(): () => string {
  let count = 0;
  return () => `req-${++count}`;
}
