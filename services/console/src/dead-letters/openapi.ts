import { AUDITED_ACTIONS, BATCH_ACTIONS, BATCH_STATUSES, STATUSES } from '@waybill/dlq';
import { FAILURE_CLASSES } from '@waybill/messaging';
import {
  arrayOf,
  json,
  pageSchema,
  parkedSchemas,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import {
  AuditListQuery,
  BatchListQuery,
  DeadLetterListQuery,
  DiscardManyRequest,
  DiscardRequest,
  GroupListQuery,
  ParkedPageQuery,
  ResubmitManyRequest,
  ResubmitRequest,
} from './dead-letter.requests.js';
import { OPERATOR_NAME } from './operator-name.js';

const { text, integer, time, uuid } = types;
const unauthorized = { 401: 'The operator token is missing or wrong' };
const unknown = { 404: 'No such dead letter or batch' };
const unchanged = {
  409: 'Nothing was changed: it is already resolved, has changed since, was resubmitted too often, or has ended',
};

const exampleBatch = { filter: { source: 'email.send' }, limit: 20, ratePerSecond: 5, dryRun: true };

const maybeText = { type: ['string', 'null'] };
const maybeTime = { ...maybeText, format: 'date-time' };
const failureClass = { type: 'string', enum: FAILURE_CLASSES };

const id = { name: 'id', in: 'path', required: true, schema: uuid };
const operator = {
  name: 'X-Operator',
  in: 'header',
  description: 'Who makes the change, for the history. Default `operator`.',
  schema: { type: 'string', pattern: OPERATOR_NAME.source },
};

const summary = {
  id: text,
  source: { ...text, description: 'Queue or topic' },
  consumer: { ...text, description: 'Service or group' },
  class: failureClass,
  error: text,
  group: text,
  attempts: integer,
  messageId: text,
  type: maybeText,
  key: maybeText,
  traceId: maybeText,
  firstFailedAt: time,
  lastFailedAt: time,
  status: { type: 'string', enum: STATUSES },
  resubmissions: integer,
  version: {
    ...integer,
    description: 'Increases with every change. A change that names an older version is rejected',
  },
};
const DeadLetter = record(summary);
const DeadLetterDetail = record({
  ...summary,
  sourceKind: {
    enum: ['queue', 'topic', 'outbox'],
    description: 'Later events of its key wait behind one from a topic; one from the outbox no broker accepted',
  },
  stack: maybeText,
  dataschema: maybeText,
  collectedAt: time,
  headers: { type: 'object', additionalProperties: text },
  body: text,
  bodyEncoding: { type: 'string', enum: ['utf-8', 'base64'] },
  dataref: {
    ...maybeText,
    description: 'Where a body that was too large for its message is stored; null: it came with the message',
  },
  bodyUnavailable: { ...maybeText, description: 'Why the stored body could not be read; null when it was' },
  history: arrayOf(
    record({
      event: { type: 'string', enum: ['failed', 'resubmitted', 'discarded'] },
      at: time,
      by: text,
      detail: maybeText,
      editedBody: maybeText,
      batch: maybeText,
    }),
  ),
});
const DeadLetterGroup = record({
  group: text,
  class: failureClass,
  error: text,
  place: text,
  count: integer,
  sources: arrayOf(text),
  consumers: arrayOf(text),
  firstFailedAt: time,
  lastFailedAt: time,
  example: { ...text, description: 'Id of the latest of them' },
});
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
  endedAt: maybeTime,
  pausedBy: { ...maybeText, description: 'Who paused it; null unless it is paused' },
  stoppedBy: maybeText,
});
const MessageSchema = record({
  type: maybeText,
  schema: {
    type: ['object', 'null'],
    additionalProperties: true,
    description: 'JSON Schema 2020-12; null when the type is unknown, and any body is accepted',
  },
});
const AuditEntry = record({
  id: text,
  at: time,
  by: text,
  action: { type: 'string', enum: AUDITED_ACTIONS },
  deadLetter: { ...maybeText, description: 'Its id; null when it was done to a batch' },
  batch: maybeText,
  subject: { ...text, description: "Type of the dead letter's message; of a batch, what it does" },
  detail: { ...maybeText, description: 'The reason of a discard, or what was special' },
  count: { ...integer, description: 'How many dead letters it concerned' },
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

export const deadLetterPaths = {
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
  '/dead-letters/{id}/schema': {
    get: {
      operationId: 'getDeadLetterSchema',
      summary: "The JSON Schema of its message's type, which an edited body must match",
      parameters: [id],
      responses: {
        200: { description: 'The schema', content: json(ref('MessageSchema')) },
        ...problemsOf({ ...unauthorized, ...unknown }),
      },
    },
  },
  '/dead-letters/{id}/parked': {
    get: {
      operationId: 'listParkedWithDeadLetter',
      summary: "The parked events of its key, itself included, as its consumer's database has them now",
      parameters: [id, ...queryOf(ParkedPageQuery)],
      responses: {
        200: {
          description: 'In the order in which they are handled; none when it is no event, has no key or was released',
          content: json(pageSchema('ParkedEvent')),
        },
        ...problemsOf({ ...unauthorized, ...unknown, 503: 'Its consumer does not respond' }),
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
  '/dead-letters/batches/{id}/pause': {
    post: {
      operationId: 'pauseBatch',
      summary: 'Pause a batch; it keeps what it has not resolved yet',
      parameters: [id, operator],
      responses: {
        200: { description: 'It is paused', content: json(ref('Batch')) },
        ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
      },
    },
  },
  '/dead-letters/batches/{id}/resume': {
    post: {
      operationId: 'resumeBatch',
      summary: 'Resume a paused batch',
      parameters: [id, operator],
      responses: {
        200: { description: 'It is running', content: json(ref('Batch')) },
        ...problemsWithBody({ ...unauthorized, ...unknown, ...unchanged }),
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
  '/dead-letters/audit': {
    get: {
      operationId: 'listAudit',
      summary:
        'Who did what and when, latest first; what a batch did to each dead letter is in the history of that one',
      parameters: queryOf(AuditListQuery),
      responses: {
        200: { description: 'A page of entries', content: json(pageSchema('AuditEntry')) },
        ...problemsOf(unauthorized),
      },
    },
  },
};

export const deadLetterSchemas = {
  DeadLetter,
  DeadLetterDetail,
  DeadLetterGroup,
  MessageSchema,
  Batch,
  BatchResponse,
  AuditEntry,
  ...parkedSchemas,
};
