import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { serveAsyncApi } from '@waybill/platform/nest';
import { asyncApi } from './asyncapi.js';
import { openApiDocument } from './openapi.js';

/** Serves /openapi.json, its UI at /docs, and /asyncapi.json. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, openApiDocument() as OpenAPIObject, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
  serveAsyncApi(app, asyncApi());
}
