import { arrayOf, json, problemsOf, record, ref, types } from '@waybill/platform';
import { INVARIANT_STATES } from './judge.js';

const { text, integer, time } = types;
const maybeText = { type: ['string', 'null'] };
const unauthorized = { 401: 'The operator token is missing or wrong' };

export const invariantPaths = {
  '/invariants': {
    get: {
      operationId: 'getInvariants',
      summary: 'Whether the invariants I1 to I9 hold, now or a few seconds ago',
      responses: {
        200: { description: 'The report', content: json(ref('InvariantsReport')) },
        ...problemsOf(unauthorized),
      },
    },
  },
  '/invariants/events': {
    get: {
      operationId: 'followInvariants',
      summary: 'A report every few seconds, as server-sent events named `report`',
      responses: {
        200: {
          description:
            'Reports; checked only while somebody follows. A `heartbeat` every five seconds says that the console is there.',
          content: { 'text/event-stream': { schema: text } },
        },
        ...problemsOf(unauthorized),
      },
    },
  },
};

export const invariantSchemas = {
  InvariantsReport: record({
    checkedAt: time,
    unavailable: { ...maybeText, description: 'Why nothing could be checked; null when it was' },
    moving: { ...arrayOf(text), description: 'What is still on its way; empty: the system is at rest' },
    invariants: arrayOf(
      record({
        id: text,
        promise: text,
        state: {
          type: 'string',
          enum: INVARIANT_STATES,
          description:
            '`settling`: it does not hold yet, but something is on its way or was until half a minute ago; `unknown`: what it needs is unavailable',
        },
        since: { ...time, description: 'Of this state' },
        counted: { ...text, description: 'What was checked, in numbers' },
        violations: integer,
        examples: { ...arrayOf(text), description: 'At most five violations, with the order concerned' },
        notChecked: { ...maybeText, description: 'Why it is unknown, or what of it was not checked' },
      }),
    ),
  }),
};
