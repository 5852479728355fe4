import { setTimeout as pause } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { collectDefaultMetrics } from 'prom-client';
import type { ProcessConfig } from './config.js';
import { Health } from './health.js';
import { createApp } from './http-app.js';
import { createLogger, type Logger } from './logger.js';
import { Problem } from './problem.js';
import { startTracing } from './tracing.js';

/** A process that drains for longer exits anyway. */
const DRAIN_LIMIT = 9_500;
/**
 * How often prom-client looks at the event loop, in ms: `nodejs_eventloop_lag_*` of an idle process are this. At its default of
 * 10 that costs an idle process more than all else that it does.
 */
const EVENT_LOOP_SAMPLES = 100;

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
  collectDefaultMetrics({ eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLES });

  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  const exportSpans = await startTracing({ service: name, endpoint, ratio, logger });
  const app = await createApp(module.with(config, logger), logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void drain(app, logger, { signal, delay: config.DRAIN_DELAY, exportSpans }));
  }
  await prepare?.(app);
  await app.listen(config.PORT, config.HOST);
  logger.info({ url: await app.getUrl() }, 'listening');
}

/** For `delay` ms, load balancers see that it is not ready, while it still accepts connections. */
async function drain(
  app: NestFastifyApplication,
  logger: Logger,
  { signal, delay, exportSpans }: { signal: string; delay: number; exportSpans: () => Promise<void> },
): Promise<void> {
  logger.info({ signal }, 'stopping');
  setTimeout(() => {
    logger.warn({}, 'exiting before everything has drained');
    process.exit(0);
  }, DRAIN_LIMIT).unref();
  app.get(Health).drain();
  await pause(delay);
  await app.close();
  await exportSpans().catch((error) => logger.warn({ err: error }, 'could not export the last spans'));
  logger.info({}, 'stopped');
  process.exit(0);
}
