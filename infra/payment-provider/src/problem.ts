import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { JournalBroken } from './journal.js';

const TITLES: Record<number, string> = {
  400: 'The request is not valid',
  402: 'The card cannot be charged',
  404: 'Not found',
  409: 'The charge is no longer possible',
  413: 'The request body is too large',
  415: 'The request body must be application/json',
  422: 'The request contradicts an earlier one',
  429: 'Too many requests',
  503: 'Unavailable: try again later',
};

export interface ProblemDetails {
  /** Distinguishes failures with the same status. */
  code?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}

/** Sends application/problem+json (RFC 9457). */
export function problem(reply: FastifyReply, status: number, details: ProblemDetails = {}): FastifyReply {
  const title = TITLES[status] ?? (status < 500 ? TITLES[400] : 'Internal error');
  return reply
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, ...details }));
}

/** A 400 that names each wrong field, with dots for the path. */
export function invalid(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const errors = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  return problem(reply, 400, { errors });
}

/** Unknown routes and thrown errors are problems too; only an unexpected one is a 500 and logged as an error. */
export function answerEveryError(server: FastifyInstance): void {
  server.setNotFoundHandler((request, reply) => problem(reply, 404, { detail: `${request.method} ${request.url}` }));
  server.setErrorHandler((error: Error & { statusCode?: number }, request: FastifyRequest, reply) => {
    if (error instanceof JournalBroken) return problem(reply, 503, { detail: error.message });
    const { statusCode = 500, message } = error;
    if (statusCode < 500) return problem(reply, statusCode, { detail: message });
    request.log.error({ err: error }, 'a request failed');
    return problem(reply, 500);
  });
}
