import { BATCH_ACTIONS, BATCH_STATUSES } from '@waybill/dlq';
import {
  json,
  pageSchema,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import { BatchListQuery, DiscardManyRequest, ResubmitManyRequest } from './dead-letter.requests.js';
import { id, maybeText, operator, unauthorized, unchanged, unknown } from './openapi-parts.js';

const { text, integer, time } = types;
const exampleBatch = { filter: { source: 'email.send' }, limit: 20, ratePerSecond: 5, dryRun: true };

const Batch = record({
  id: text,
  action: { type: 'string', enum: BATCH_ACTIONS },
  by: text,
  reason: { ...maybeText, description: 'Why dead letters are discarded' },
  filter: { type: 'object', additionalProperties: text },
  ratePerSecond: { type: ['number', 'null'] },
  force: { type: 'boolean' },
  status: { type: 'string', enum: BATCH_STATUSES },
  selected: integer,
  resolved: { ...integer, description: 'Resubmitted or discarded so far' },
  skipped: { ...integer, description: 'Resolved by others meanwhile; known when it has ended' },
  released: { ...integer, description: 'Waiting again because it was stopped' },
  createdAt: time,
  endedAt: { ...maybeText, format: 'date-time' },
  pausedBy: { ...maybeText, description: 'Who paused it; null unless it is paused' },
  stoppedBy: maybeText,
});
const BatchResponse = record({
  dryRun: { type: 'boolean' },
  matching: integer,
  selected: integer,
  excluded: { ...integer, description: 'Resubmitted too often, or part of a running batch' },
  changed: { type: 'boolean' },
  batch: { oneOf: [ref('Batch'), { type: 'null' }] },
});

const batchResponses = {
  200: { description: 'Nothing was changed', content: json(ref('BatchResponse')) },
  202: { description: 'Started; `Location` shows its progress', content: json(ref('BatchResponse')) },
  ...problemsWithBody(unauthorized),
};

const changeOfBatch = (operationId: string, summary: string, description: string) => ({
  post: {
    operationId,
    summary,
    parameters: [id, operator],
    responses: {
      200: { description, content: json(ref('Batch')) },
      ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
    },
  },
});

export const batchPaths = {
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
  '/dead-letters/batches': {
    get: {
      operationId: 'listBatches',
      summary: 'List batches, latest first',
      parameters: queryOf(BatchListQuery),
      responses: {
        200: { description: 'A page of batches', content: json(pageSchema('Batch')) },
        ...problemsOf(unauthorized),
      },
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
  '/dead-letters/batches/{id}/pause': changeOfBatch(
    'pauseBatch',
    'Pause a batch; it keeps what it has not resolved yet',
    'It is paused',
  ),
  '/dead-letters/batches/{id}/resume': changeOfBatch('resumeBatch', 'Resume a paused batch', 'It is running'),
  '/dead-letters/batches/{id}/stop': changeOfBatch(
    'stopBatch',
    'Stop a batch; what it has not resolved yet is waiting again',
    'It is stopped',
  ),
};

export const batchSchemas = { Batch, BatchResponse };
