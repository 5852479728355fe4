import { arrayOf, json, pageSchema, problemsOf, queryOf, record, ref, types } from '@waybill/platform';
import { MessageListQuery } from './messaging.requests.js';

const { text, integer, time } = types;
const unauthorized = { 401: 'The operator token is missing or wrong' };
const maybe = (type: string, description: string) => ({ type: [type, 'null'], description });
const maybeTime = (description: string) => ({ type: ['string', 'null'], format: 'date-time', description });

const listOf = (operationId: string, summary: string, name: string) => ({
  get: {
    operationId,
    summary,
    responses: { 200: { description: summary, content: json(pageSchema(name)) }, ...problemsOf(unauthorized) },
  },
});

const changeOfConsumer = (operationId: string, summary: string) => ({
  post: {
    operationId,
    summary,
    parameters: ['process', 'name'].map((name) => ({ name, in: 'path', required: true, schema: text })),
    responses: {
      200: { description: 'Its state in each copy', content: json(pageSchema('SwitchedConsumer')) },
      ...problemsOf({
        ...unauthorized,
        403: 'A reader may not',
        404: 'There is no such process, or it consumes nothing of this name',
        503: 'Not done in every copy, because one does not respond: safe to repeat',
      }),
    },
  },
});

export const messagingPaths = {
  '/processes/{process}/consumers/{name}/pause': changeOfConsumer(
    'pauseConsumer',
    'Pause a consumer in all copies of a process',
  ),
  '/processes/{process}/consumers/{name}/resume': changeOfConsumer(
    'resumeConsumer',
    'Resume a consumer in all copies of a process',
  ),
  '/topics': listOf('listTopics', 'Every topic with its consumers and how far they are behind', 'Topic'),
  '/queues': listOf('listQueues', 'Every queue with its consumers, retry tiers and backlog', 'Queue'),
  '/outboxes': listOf('listOutboxes', "What waits in each process's outbox", 'Outbox'),
  '/topics/{name}/messages': {
    get: {
      operationId: 'listTopicMessages',
      summary: 'The latest messages of a topic, the latest first',
      description:
        'Personal data is masked unless `reveal` is true, which is for operators only and logged. With `key`, a page looks at a bounded number of messages: it may be empty and have a `nextCursor`.',
      parameters: [
        { name: 'name', in: 'path', required: true, schema: text },
        ...queryOf(MessageListQuery),
        {
          name: 'X-Operator',
          in: 'header',
          description: 'Who reveals, for the log. Default `operator`.',
          schema: text,
        },
      ],
      responses: {
        200: { description: 'A page of messages', content: json(pageSchema('TopicMessage')) },
        ...problemsOf({
          ...unauthorized,
          403: 'A reader may not reveal personal data',
          404: 'There is no such topic',
          503: 'The broker is unavailable: see Retry-After',
        }),
      },
    },
  },
};

const rate = maybe('number', 'Messages a second, over the last seconds; null until they were measured twice');

const SourceConsumer = record({
  consumer: { ...text, description: 'The service, or consumer group' },
  lagMessages: maybe('integer', 'Messages that it has not consumed yet; null while the broker is unavailable'),
  oldestAgeSeconds: maybe('number', 'Age of the oldest of them; null where it is unknown'),
  measuredAt: maybeTime('When its lag was known last, to whoever asked; null: not yet'),
  handledPerSecond: rate,
  parkedKeys: maybe('integer', 'Keys of a topic whose events wait; null for queues'),
  parkedEvents: maybe('integer', 'Events of these keys'),
  processes: arrayOf(
    record({
      process: text,
      url: { ...text, description: 'Of this copy of the process' },
      state: { type: 'string', enum: ['running', 'pausing', 'paused', 'unavailable'] },
      pausedAt: maybeTime('Since when an operator has paused it'),
      seenAt: maybeTime('When it answered last'),
    }),
  ),
});

export const messagingSchemas = {
  SourceConsumer,
  SwitchedConsumer: record({
    url: { ...text, description: 'Of this copy of the process' },
    name: { ...text, description: 'The queue or topic' },
    kind: { type: 'string', enum: ['queue', 'topic'] },
    consumer: text,
    state: { type: 'string', enum: ['running', 'pausing', 'paused'] },
    pausedAt: maybeTime('Since when an operator has paused it'),
  }),
  Topic: record({
    name: text,
    broker: text,
    partitions: integer,
    compacted: { type: 'boolean', description: 'Keeps the last message of each key only' },
    publishedPerSecond: rate,
    consumers: arrayOf(ref('SourceConsumer')),
  }),
  Queue: record({
    name: text,
    broker: text,
    maxLength: { ...integer, description: 'Messages that it holds before it rejects more' },
    replicated: { type: 'boolean' },
    publishedPerSecond: rate,
    retryTiers: arrayOf(
      record({
        delayMs: { ...integer, description: 'How long its messages wait' },
        messages: maybe('integer', 'null where retries wait in the queue itself, or the broker is unavailable'),
      }),
    ),
    waitingForRetry: maybe('integer', 'Messages that wait for their next attempt'),
    consumers: arrayOf(ref('SourceConsumer')),
  }),
  Outbox: record({
    process: text,
    target: { ...text, description: 'What carries the messages' },
    messages: maybe('integer', 'null while the process does not answer'),
    oldestAgeSeconds: maybe('number', 'Age of the oldest of them'),
    seenAt: maybeTime('When the process answered last'),
  }),
  TopicMessage: record({
    partition: integer,
    offset: text,
    time: { ...time, description: 'When it was written' },
    key: { type: ['string', 'null'] },
    id: { type: ['string', 'null'] },
    type: { type: ['string', 'null'] },
    headers: { type: 'object', additionalProperties: text },
    body: maybe('string', 'null deletes its key from a compacted topic'),
    bodyEncoding: { type: 'string', enum: ['utf-8', 'base64'] },
    bytes: { ...integer, description: 'Of the body as it is stored' },
    masked: { type: 'boolean', description: 'Whether personal data is hidden' },
  }),
};
