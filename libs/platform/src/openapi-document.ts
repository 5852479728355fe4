import { arrayOf, record, types } from './openapi.js';
import { consumersApi } from './openapi-consumers.js';
import { parkedPaths, parkedSchemas } from './parked.openapi.js';

const { text, integer } = types;

/** What every process that consumes serves. */
const ofConsumers = {
  paths: { ...consumersApi.paths, ...parkedPaths },
  schemas: { ...consumersApi.schemas, ...parkedSchemas },
  securitySchemes: consumersApi.securitySchemes,
};

/** `components.schemas.Problem`. */
const problemSchema = record(
  { type: text, title: text, status: integer },
  { detail: text, instance: text, traceId: text, errors: arrayOf(record({ field: text, message: text })) },
);

/** What Node and the router answer, whatever the operation. */
const EVERY_OPERATION =
  'Every error is application/problem+json. Besides what is listed, any request may get 405 with `Allow`, 408, 417 or 431.';

export interface OpenApiOptions {
  title: string;
  description: string;
  paths: object;
  /** What the API itself sends, to the URLs that its clients name. */
  webhooks?: object;
  /** What `ref` refers to; `Problem` is added. */
  schemas: Record<string, object>;
  securitySchemes?: object;
  /** Of all operations. */
  security?: readonly object[];
  /** Whether the process consumes messages. Default true. */
  consumes?: boolean;
}

/** A whole document. */
export function openApi({ title, description, paths, webhooks, consumes = true, ...options }: OpenApiOptions) {
  const { paths: more, ...shared } = consumes ? ofConsumers : { paths: {}, schemas: {}, securitySchemes: undefined };
  const { schemas, securitySchemes = shared.securitySchemes, security } = options;
  return {
    openapi: '3.1.0',
    info: { title, version: '1.0.0', description: `${description} ${EVERY_OPERATION}` },
    ...(security && { security }),
    paths: { ...paths, ...more },
    ...(webhooks && { webhooks }),
    components: {
      ...(securitySchemes && { securitySchemes }),
      schemas: { ...schemas, ...shared.schemas, Problem: problemSchema },
    },
  };
}
