import { BATCH_ACTIONS, BATCH_STATUSES, STATUSES } from '@waybill/dlq';
import { FAILURE_CLASSES } from '@waybill/messaging';
import {
  arrayOf,
  json,
  openApi,
  operatorToken,
  pageSchema,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import { overviewPaths, overviewSchemas } from '../overview/openapi.js';
import { orderPaths, orderSchemas } from '../orders/openapi.js';
import { openApi, operatorToken } from '@waybill/platform';
import { deadLetterPaths, deadLetterSchemas } from '../dead-letters/openapi.js';
import { sessionPaths, sessionSchemas } from '../session/openapi.js';
import { systemPaths } from '../system/openapi.js';

/** The OpenAPI 3.1 document of the console, generated from the schemas that validate requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill console',
    description:
      'Dead letters of all sources, for review, and everything else that the page of the console shows and does.',
    security: [{ operatorToken: [] }],
    schemas: {
      DeadLetter,
      DeadLetterDetail,
      DeadLetterGroup,
      Batch,
      BatchResponse,
      ...sessionSchemas,
      ...overviewSchemas,
      ...orderSchemas,
      ...deadLetterSchemas,
    },
  });
}
