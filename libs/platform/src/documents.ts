import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Serves the document at /asyncapi.json. */
export const serveAsyncApi = (app: NestFastifyApplication, document: object): void =>
  serve(app, '/asyncapi.json', document);

/** Serves the document at /openapi.json. */
export const serveOpenApi = (app: NestFastifyApplication, document: object): void =>
  serve(app, '/openapi.json', document);

function serve(app: NestFastifyApplication, path: string, document: object): void {
  app.getHttpAdapter().get(path, (_request: FastifyRequest, reply: FastifyReply) => reply.send(document));
}
