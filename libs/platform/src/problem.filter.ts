import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { faultOf } from '@waybill/outbox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceIdOf } from './http-tracing.js';
import type { Logger } from './logger.js';
import { Problem, type ProblemName } from './problem.js';

/** Problem types of the errors that Fastify and Nest throw themselves. */
const NAME_OF_STATUS: Record<number, ProblemName> = {
  400: 'malformed-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
};

/** Turns every error into application/problem+json; only an unexpected one is a 500 and logged as an error. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status === 500) this.logger.error({ err: error, path: request.url }, 'a request failed');
    if (problem.status === 503)
      this.logger.warn({ err: error, path: request.url }, 'a request was rejected: unavailable');

    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.status === 413) drainRequest(request, reply);
    sendProblem(reply, problem, request);
  }
}

/**
 * Closing the connection to a client that is still sending, as Fastify would, resets it, and the response may be lost
 * (RFC 9112, 9.6). `REQUEST_TIMEOUT` bounds how long it may go on.
 */
function drainRequest(request: FastifyRequest, reply: FastifyReply): void {
  void reply.removeHeader('connection');
  request.raw.resume();
}

/** Sends the response of RFC 9457. */
export function sendProblem(reply: FastifyReply, problem: Problem, request: FastifyRequest): void {
  const instance = request.url.split('?', 1)[0];
  void reply
    .status(problem.status)
    .headers(problem.headers())
    .type('application/problem+json')
    .send(JSON.stringify(problem.toJSON({ instance, traceId: traceIdOf(request) })));
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number })?.statusCode;
  if (status && status >= 400 && status < 500)
    return new Problem(NAME_OF_STATUS[status] ?? 'malformed-request', { detail: (error as Error).message });
  switch (faultOf(error)) {
    case 'unavailable':
      return new Problem('unavailable', { detail: 'the database is unavailable', retryAfterSeconds: 2 });
    case 'conflict':
      return new Problem('unavailable', { detail: 'another request was faster', retryAfterSeconds: 1 });
    case 'data':
      return new Problem('invalid-request', { detail: 'the database cannot store this' });
    default:
      return new Problem('internal');
  }
}
