import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Serves the document at /asyncapi.json. */
export function serveAsyncApi(app: NestFastifyApplication, document: object): void {
  app.getHttpAdapter().get('/asyncapi.json', (_request: FastifyRequest, reply: FastifyReply) => reply.send(document));
}
