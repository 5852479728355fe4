import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { checkRequest } from './check-request.js';
import { endEventStreams } from './event-stream.js';
import { Health } from './health.js';
import { observeRequests } from './http-metrics.js';
import { prepareServer, respondToClientError, unusedConnections } from './http-server.js';
import { traceRequests } from './http-tracing.js';
import { KnownRoutes } from './known-routes.js';
import type { Logger } from './logger.js';
import { OperatorCheck } from './operator.js';
import { ProblemFilter, problemOf, sendProblem } from './problem.filter.js';
import { SECURITY_HEADERS } from './security-headers.js';

const BODY_LIMIT = 256 * 1024;
/** How long a client may take to send a request, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/** The application as `runProcess` runs it: Fastify, JSON bodies only, every error as problem+json. */
export async function createApp(module: DynamicModule, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what arrives on an open connection while the process drains is served
    routerOptions: { maxParamLength: 200 },
    http: { requireHostHeader: false, connectionsCheckingInterval: 1_000 }, // `checkRequest` requires it, with a problem
    clientErrorHandler: respondToClientError,
    // What Fastify rejects before it has a route, such as a path that cannot be decoded.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      setSecurityHeaders(reply);
      sendProblem(reply, problemOf(error), request);
    },
  });
  const fastify = adapter.getInstance();
  observeRequests(fastify);
  const routes = new KnownRoutes();
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, method));
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(logger),
  });
  fastify.removeContentTypeParser('text/plain');

  traceRequests(fastify);
  const operator = app.get(OperatorCheck);
  fastify.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(reply);
    checkRequest(request, reply, { routes, operator });
  });
  // A keep-alive connection would keep a stopping process alive.
  const health = app.get(Health);
  fastify.addHook('onSend', async (_, reply) => {
    if (health.isDraining) void reply.header('connection', 'close');
  });
  prepareServer(fastify.server);
  const closeUnused = unusedConnections(fastify.server);
  fastify.addHook('preClose', async () => {
    closeUnused();
    endEventStreams(fastify.server);
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

/** On the raw response, so that hijacked ones have them too. */
function setSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) reply.raw.setHeader(name, value);
}

/** Nest's own lines, in our format; its start-up chatter only at debug. */
function nestLogger(logger: Logger): LoggerService {
  const text = (message: unknown) => (message instanceof Error ? message.message : String(message));
  const context = (rest: unknown[]) => ({ context: rest.at(-1) });
  return {
    log: (message, ...rest) => logger.debug(context(rest), text(message)),
    debug: (message, ...rest) => logger.debug(context(rest), text(message)),
    verbose: (message, ...rest) => logger.debug(context(rest), text(message)),
    warn: (message, ...rest) => logger.warn(context(rest), text(message)),
    error: (message, ...rest) => logger.error(context(rest), text(message)),
    fatal: (message, ...rest) => logger.error(context(rest), text(message)),
  };
}
