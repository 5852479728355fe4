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
import { messagingPaths, messagingSchemas } from '../messaging/openapi.js';
import { faultPaths, faultSchemas } from '../faults/openapi.js';
import { invariantPaths, invariantSchemas } from '../invariants/openapi.js';
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
    consumes: false,
    paths: {
      '/dead-letters': {
        get: {
          operationId: 'listDeadLetters',
          summary: 'List dead letters, latest first',
          parameters: queryOf(DeadLetterListQuery),
          responses: {
            200: { description: 'A page of dead letters', content: json(pageSchema('DeadLetter')) },
            ...problemsOf(unauthorized),
          },
        },
      },
      '/dead-letters/groups': {
        get: {
          operationId: 'listGroups',
          summary: 'Groups of the same failure: class, error without its variable parts, place; largest first',
          parameters: queryOf(GroupListQuery),
          responses: {
            200: { description: 'A page of groups', content: json(pageSchema('DeadLetterGroup')) },
            ...problemsOf(unauthorized),
          },
        },
      },
      '/dead-letters/{id}': {
        get: {
          operationId: 'getDeadLetter',
          summary: 'One dead letter with headers, body, stack and history',
          parameters: [id],
          responses: {
            200: { description: 'The dead letter', content: json(ref('DeadLetterDetail')) },
            ...problemsOf({ ...unauthorized, ...unknown }),
          },
        },
      },
      '/dead-letters/{id}/resubmit': {
        post: {
          operationId: 'resubmitDeadLetter',
          summary: 'Send it, edited or not, to the one consumer that failed',
          parameters: [id, operator],
          requestBody: { content: json(schemaOf(ResubmitRequest)) },
          responses: {
            202: { description: 'It is resubmitted', content: json(ref('DeadLetter')) },
            ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
          },
        },
      },
      '/dead-letters/{id}/discard': {
        post: {
          operationId: 'discardDeadLetter',
          summary: 'Discard it',
          parameters: [id, operator],
          requestBody: { required: true, content: json(schemaOf(DiscardRequest)) },
          responses: {
            200: { description: 'It is discarded', content: json(ref('DeadLetter')) },
            ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
          },
        },
      },
      '/dead-letters/resubmit': {
        post: {
          operationId: 'resubmitMany',
          summary: 'Resubmit the waiting ones that match a filter, oldest first, at a rate',
          parameters: [operator],
          requestBody: { required: true, content: json(schemaOf(ResubmitManyRequest), exampleBatch) },
          responses: batchResponses,
        },
      },
      '/dead-letters/discard': {
        post: {
          operationId: 'discardMany',
          summary: 'Discard the waiting ones that match a filter, oldest first, at a rate',
          parameters: [operator],
          requestBody: {
            required: true,
            content: json(schemaOf(DiscardManyRequest), { ...exampleBatch, reason: 'a load test' }),
          },
          responses: batchResponses,
        },
      },
      '/dead-letters/batches/{id}': {
        get: {
          operationId: 'getBatch',
          summary: 'The progress of a batch',
          parameters: [id],
          responses: {
            200: { description: 'The batch', content: json(ref('Batch')) },
            ...problemsOf({ ...unauthorized, ...unknown }),
          },
        },
      },
      '/dead-letters/batches/{id}/stop': {
        post: {
          operationId: 'stopBatch',
          summary: 'Stop a batch; what it has not resolved yet is waiting again',
          parameters: [id, operator],
          responses: {
            200: { description: 'It is stopped', content: json(ref('Batch')) },
            ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
          },
        },
      },
      ...sessionPaths,
      ...systemPaths,
      ...messagingPaths,
      ...faultPaths,
      ...invariantPaths,
    },
    securitySchemes: operatorToken,
    schemas: {
      DeadLetter,
      DeadLetterDetail,
      DeadLetterGroup,
      Batch,
      BatchResponse,
      ...sessionSchemas,
      ...messagingSchemas,
      ...faultSchemas,
      ...invariantSchemas,
    },
  });
}
