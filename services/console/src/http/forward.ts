import type { IncomingHttpHeaders } from 'node:http';
import httpProxy from '@fastify/http-proxy';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OperatorCheck, Problem } from '@waybill/platform';
import { sendProblem } from '@waybill/platform/nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedStreams } from './forwarded-streams.js';

/** The process itself, to which whoever asks is who they are. */
const CONSOLE = 'console';
/** Milliseconds. */
const HEADERS_TIMEOUT = 65_000;

/**
 * Forwards `/api/<process>/...` to that process's HTTP API, streams included, because a page may only call where it came from. Whoever may
 * use the console is an operator there; what a reader may not do ends here.
 */
export function forwardToProcesses(
  app: NestFastifyApplication,
  processes: ReadonlyMap<string, string>,
  operatorToken: string,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const streams = new ForwardedStreams(app.get(OperatorCheck));
  fastify.addHook('preClose', async () => streams.close());
  for (const [name, url] of processes) {
    fastify.register(httpProxy, {
      upstream: url,
      prefix: `/api/${name}`,
      http2: false,
      // A process that hangs: more than the longest wait of order-api's long polls, less than people wait.
      undici: { headersTimeout: HEADERS_TIMEOUT },
      // Whoever asked hears of a 503 and decides.
      retryMethods: [],
      httpMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      config: { operatorOnly: true },
      replyOptions: {
        rewriteRequestHeaders: (_request, headers) => (name === CONSOLE ? headers : asOperator(headers, operatorToken)),
        onResponse(_, reply, { stream }) {
          streams.note(reply as FastifyReply);
          reply.send(stream);
        },
        onError(reply, { error }) {
          const detail = `${name} does not respond: ${error.message}`;
          const problem = new Problem('unavailable', { detail, retryAfterSeconds: 1 });
          sendProblem(reply as FastifyReply, problem, reply.request as FastifyRequest);
        },
      },
    });
  }
}

const asOperator = ({ cookie: _, ...headers }: IncomingHttpHeaders, token: string): IncomingHttpHeaders => ({
  ...headers,
  authorization: `Bearer ${token}`,
});
