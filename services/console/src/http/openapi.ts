import { openApi, operatorToken } from '@waybill/platform';
import { batchPaths, batchSchemas } from '../dead-letters/batches.openapi.js';
import { deadLetterPaths, deadLetterSchemas } from '../dead-letters/openapi.js';
import { faultPaths, faultSchemas } from '../faults/openapi.js';
import { invariantPaths, invariantSchemas } from '../invariants/openapi.js';
import { messagingPaths, messagingSchemas } from '../messaging/openapi.js';
import { orderPaths, orderSchemas } from '../orders/openapi.js';
import { overviewPaths, overviewSchemas } from '../overview/openapi.js';
import { sessionPaths, sessionSchemas } from '../session/openapi.js';
import { systemPaths } from '../system/openapi.js';

/** The OpenAPI 3.1 document of the console, generated from the schemas that validate requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill console',
    description:
      'Dead letters of all sources, for review, and everything else that the page of the console shows and does.',
    security: [{ operatorToken: [] }],
    consumes: false,
    paths: {
      ...deadLetterPaths,
      ...batchPaths,
      ...orderPaths,
      ...overviewPaths,
      ...messagingPaths,
      ...faultPaths,
      ...invariantPaths,
      ...sessionPaths,
      ...systemPaths,
    },
    securitySchemes: operatorToken,
    schemas: {
      ...deadLetterSchemas,
      ...batchSchemas,
      ...orderSchemas,
      ...overviewSchemas,
      ...messagingSchemas,
      ...faultSchemas,
      ...invariantSchemas,
      ...sessionSchemas,
    },
  });
}
