import { z } from 'zod';
import { json, pageSchema, problemsOf, queryOf, record, types } from './openapi.js';
import { pageQuery } from './page.js';

const text = z.string().min(1).max(1_000).optional();

/** Query of GET /parked. */
export const ParkedListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  topic: text,
  key: text,
});

const maybeText = { type: ['string', 'null'] };

/** Of every process that consumes events. */
export const parkedPaths = {
  '/parked': {
    get: {
      operationId: 'listParkedEvents',
      summary: 'Events that wait because an earlier one of their key failed, in the order in which they are handled',
      parameters: queryOf(ParkedListQuery),
      security: [],
      responses: {
        200: { description: 'A page of parked events', content: json(pageSchema('ParkedEvent')) },
        ...problemsOf({ 404: 'This process consumes no events' }),
      },
    },
  },
};

export const parkedSchemas = {
  ParkedEvent: record({
    position: types.text,
    topic: types.text,
    key: maybeText,
    messageId: maybeText,
    type: maybeText,
    state: {
      enum: ['dead-letter', 'retrying', 'behind'],
      description:
        '`dead-letter` holds back what is `behind` until an operator resolves it; `retrying` is due again soon',
    },
    attempts: types.integer,
    parkedAt: types.time,
  }),
};
