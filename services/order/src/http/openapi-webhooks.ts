import { json, record, ref, types } from '@waybill/platform';
import { TERMINAL } from '../domain/order.js';

const { text, time } = types;
const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: text,
});

const body = record({
  type: { type: 'string', enum: TERMINAL.map((status) => `order.${status.toLowerCase()}`) },
  timestamp: { ...time, description: 'When the order reached the status.' },
  data: ref('OrderStatus'),
});

/** What the server behind a `callbackUrl` receives. */
export const webhooks = {
  orderStatus: {
    post: {
      operationId: 'orderStatusReached',
      summary: 'An order has reached a status with an outcome',
      description:
        'Signed as https://www.standardwebhooks.com says: verify it with a library from there. It may come twice, with the same `webhook-id`, and the webhooks of one order may come in another order than their timestamps. Redirects are not followed.',
      parameters: [
        header('webhook-id', 'The same each time this webhook is sent.'),
        header('webhook-timestamp', 'When it was sent this time, in seconds since 1970.'),
        header('webhook-signature', 'One or more signatures `v1,...`, with spaces between.'),
      ],
      requestBody: { required: true, content: json(body) },
      responses: {
        '2XX': { description: 'Received: it is not sent again.' },
        410: { description: 'No more webhooks about this order.' },
        default: { description: 'It is sent again, for 429 and 503 as Retry-After says.' },
      },
    },
  },
};
