import { AUDITED_ACTIONS, STATUSES } from '@waybill/dlq';
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
  DeadLetterListQuery,
  DiscardRequest,
  GroupListQuery,
  ParkedPageQuery,
  ResubmitRequest,
} from './dead-letter.requests.js';
import { id, maybeText, operator, unauthorized, unchanged, unknown } from './openapi-parts.js';

const { text, integer, time } = types;
const failureClass = { type: 'string', enum: FAILURE_CLASSES };

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
  AuditEntry,
  ...parkedSchemas,
};
