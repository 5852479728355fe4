import { json, operatorToken, pageSchema, problemsOf, problemsWithBody, record, types } from './openapi.js';

const { text } = types;
const consumers = { 200: { description: 'The consumers, as they are now', content: json(pageSchema('Consumer')) } };
const unauthorized = { 401: 'The operator token is missing or wrong' };
const unknown = { 404: 'This process consumes nothing of this name' };
const name = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'A queue or topic, or the service: then all that it consumes',
  schema: text,
};
const forOperators = { security: [{ operatorToken: [] }] };
const change = {
  ...forOperators,
  parameters: [name],
  responses: { ...consumers, ...problemsWithBody({ ...unauthorized, ...unknown }) },
};

/** What `ConsumersController` serves, in the documents of all processes that consume. */
export const consumersApi = {
  paths: {
    '/consumers': {
      get: {
        operationId: 'listConsumers',
        summary: 'List the queues and topics that this process consumes',
        ...forOperators,
        responses: { ...consumers, ...problemsOf(unauthorized) },
      },
    },
    '/consumers/{name}/pause': {
      post: {
        operationId: 'pauseConsumer',
        summary: 'Take no more messages; what is in flight ends, the rest waits in its queue or topic',
        description:
          'Holds in this process until it is resumed or the process ends, whatever connections are lost: a new process is not paused. Pause each copy of a service, else the others consume on. A paused process is ready.',
        ...change,
      },
    },
    '/consumers/{name}/resume': {
      post: { operationId: 'resumeConsumer', summary: 'Take messages again', ...change },
    },
  },
  securitySchemes: operatorToken,
  schemas: {
    Consumer: record({
      name: { ...text, description: 'Queue or topic' },
      kind: { type: 'string', enum: ['queue', 'topic'] },
      consumer: { ...text, description: 'The service; its consumer group' },
      broker: text,
      state: {
        type: 'string',
        enum: ['running', 'pausing', 'paused'],
        description: 'pausing: it takes no more messages, and those in flight have not ended yet',
      },
      pausedAt: { type: ['string', 'null'], description: 'RFC 3339; null while it runs' },
    }),
  },
};
