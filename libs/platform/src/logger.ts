import { logContext } from '@waybill/outbox';
import { pino } from 'pino';
import { loggedError, redacted } from './log-error.js';
import { activeTraceId } from './with-span.js';

/** Logs JSON lines to stdout. A class, so that Nest can inject it; the instance is pino's. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
}

export function createLogger(options: { service: string; level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = activeTraceId();
      return { ...logContext(), ...(traceId && { traceId }) };
    },
    // `error` is where Temporal's SDK puts it. Without a serializer an error is written as {}.
    serializers: { err: loggedError, error: loggedError },
    hooks: { streamWrite: redacted },
  });
}
