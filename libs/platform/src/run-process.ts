import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';
import type { ProcessConfig } from './config.js';
import { Health } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { ProblemFilter, problemOf, sendProblem } from './problem.filter.js';
import { Problem } from './problem.js';

/** A process that drains for longer exits anyway. */
const DRAIN_LIMIT = 9_500;
const BODY_LIMIT = 256 * 1024;
/** How long a client may take to send a request, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

export interface ProcessOptions<Config extends ProcessConfig> {
  /** In every line of its log. */
  name: string;
  config: Config;
  module: { with(config: Config, logger: Logger): DynamicModule };
  /** Called before the process listens, e.g. to connect messaging. */
  prepare?: (app: NestFastifyApplication) => Promise<void> | void;
}

/**
 * Runs a Nest application until SIGTERM or SIGINT, then drains it and exits with 0, within 10 s. An uncaught error exits
 * with 1, and the supervisor starts a clean process.
 */
export async function runProcess<Config extends ProcessConfig>(options: ProcessOptions<Config>): Promise<void> {
  const { name, config, module, prepare } = options;
  if (config.PROBLEM_TYPE_BASE) Problem.typeBase = config.PROBLEM_TYPE_BASE;
  const logger = createLogger({ service: name, level: config.LOG_LEVEL });
  const end = (error: unknown) => {
    logger.error({ err: error }, 'exiting because of an uncaught error');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  collectDefaultMetrics();

  const app = await createApp(module.with(config, logger), logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(app, logger, signal));
  await prepare?.(app);
  await app.listen(config.PORT, config.HOST);
  logger.info({ url: await app.getUrl() }, 'listening');
}

/** The application as `runProcess` runs it: Fastify, JSON bodies only, errors as problem+json. */
export async function createApp(module: DynamicModule, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // What Fastify rejects before it has a route, such as a path that cannot be decoded.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(reply, problemOf(error), request.url),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(logger),
  });
  adapter.getInstance().removeContentTypeParser('text/plain');
  // A keep-alive connection would keep a stopping process alive.
  const health = app.get(Health);
  adapter.getInstance().addHook('onSend', async (_, reply) => {
    if (health.isDraining) void reply.header('connection', 'close');
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

async function drain(app: NestFastifyApplication, logger: Logger, signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  setTimeout(() => {
    logger.warn({}, 'exiting before everything has drained');
    process.exit(0);
  }, DRAIN_LIMIT).unref();
  app.get(Health).drain();
  await app.close();
  logger.info({}, 'stopped');
  process.exit(0);
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
