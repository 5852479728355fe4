import httpProxy from '@fastify/http-proxy';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem } from '@waybill/platform';
import { sendProblem } from '@waybill/platform/nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForwardedStreams } from './forwarded-streams.js';

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
  const streams = new ForwardedStreams();
  fastify.addHook('preClose', async () => streams.close());
  for (const [name, url] of processes) {
    fastify.register(httpProxy, {
      upstream: url,
      prefix: `/api/${name}`,
      http2: false,
      httpMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      config: { operatorOnly: true },
      replyOptions: {
        rewriteRequestHeaders: (_request, { cookie: _, ...headers }) => ({
          ...headers,
          authorization: `Bearer ${operatorToken}`,
        }),
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
