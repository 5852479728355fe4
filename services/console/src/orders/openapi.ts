import { arrayOf, json, problemsOf, record, ref, types } from '@waybill/platform';
import { KINDS } from './trace.js';

const { text, integer, time, uuid } = types;

const orderId = { name: 'id', in: 'path', required: true, schema: uuid };
const problems = problemsOf({ 401: 'The operator token is missing or wrong', 404: 'No such order' });

export const orderPaths = {
  '/orders/{id}/trace': {
    get: {
      operationId: 'traceOrder',
      summary: 'All that happened to one order, from every service, topic and saga',
      description:
        'Sources that do not answer within 20 s are named in `missing`. Mail addresses, payment tokens and payloads are left out.',
      parameters: [orderId],
      responses: { 200: { description: 'The trace', content: json(ref('OrderTrace')) }, ...problems },
    },
  },
  '/orders/{id}/trace/events': {
    get: {
      operationId: 'followOrder',
      summary: 'The same as server-sent events, while the order moves',
      description:
        '`event: trace` with an OrderTrace whenever it has changed; `event: end` when the order is DELIVERED, FAILED or CANCELLED and nothing was added for 25 s. A source that does not answer within 1.5 s is missing until it does. A `heartbeat` every five seconds says that the console is there.',
      parameters: [
        orderId,
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: '`end` when the client has seen the end',
          schema: text,
        },
      ],
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: text } } },
        204: { description: 'There is nothing more' },
        ...problems,
      },
    },
  },
};

const OrderTraceEntry = record(
  {
    at: time,
    source: { ...text, description: 'Who tells it: a service, a topic, the saga' },
    service: { ...text, description: 'The process that did it' },
    kind: { type: 'string', enum: KINDS },
    what: text,
  },
  {
    detail: text,
    durationMs: {
      ...integer,
      description: 'How long it took until `at`; of a message: from `at` until the broker had stored it',
    },
    attempt: { ...integer, description: 'Counts from 1: a higher one is a retry' },
    traceId: text,
  },
);

export const orderSchemas = {
  OrderTraceEntry,
  OrderTrace: record(
    {
      orderId: uuid,
      entries: { ...arrayOf(ref('OrderTraceEntry')), description: 'By time' },
      now: { ...arrayOf(text), description: 'What has no time of its own, as it is now' },
      sagas: {
        ...arrayOf(record({ attempt: integer, workflowId: text })),
        description: 'The sagas in Temporal; none of an order that is choreographed',
      },
      missing: {
        ...arrayOf(record({ source: text, reason: text })),
        description: 'Sources that did not answer: what they know is missing',
      },
    },
    { status: { ...text, description: 'Absent when order-api does not answer' } },
  ),
};
