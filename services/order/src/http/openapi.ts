import {
  arrayOf,
  json,
  openApi,
  pageSchema,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import { STATUSES } from '../domain/order.js';
import { webhooks } from './openapi-webhooks.js';
import { OrderListQuery, orderRequest, StatusQuery } from './order.requests.js';

/** The OpenAPI 3.1 document of order-api, generated from the schemas that validate requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill orders',
    description: 'Place orders and follow them to their outcome.',
    consumes: false,
    paths: {
      '/orders': {
        post: {
          operationId: 'placeOrder',
          summary: 'Place an order',
          description: 'Responds before the order is processed; nothing of it is lost once 202 is sent.',
          parameters: [idempotencyKey],
          requestBody: { required: true, content: json(schemaOf(orderRequest('public')), exampleOrder) },
          responses: {
            202: {
              description:
                'Accepted. `Idempotency-Replayed: true` when this is the stored response of an earlier request with the key.',
              headers: {
                Location: { required: true, schema: text },
                'Idempotency-Replayed': { schema: { type: 'string', enum: ['true'] } },
              },
              content: json(ref('OrderAccepted')),
            },
            ...problemsWithBody({
              409: 'A request with the same Idempotency-Key is in flight: see Retry-After',
              422: 'Unknown SKU, lines of different currencies, or the Idempotency-Key was used for another request',
              429: 'Overloaded: see Retry-After',
            }),
          },
        },
        get: {
          operationId: 'listOrders',
          summary: 'List orders, newest first',
          description:
            'Lists the orders of ALL customers to anybody, with their mail addresses: this API authenticates nobody. The setting `ORDER_LIST=closed` closes it.',
          parameters: queryOf(OrderListQuery),
          responses: {
            200: { description: 'A page of orders', content: json(pageSchema('Order')) },
            ...problemsOf({ 403: 'The list is closed' }),
          },
        },
      },
      '/orders/{orderId}': {
        get: {
          operationId: 'getOrder',
          summary: 'One order with its history',
          parameters: [orderId],
          responses: { 200: { description: 'The order', content: json(ref('Order')) }, ...problemsOf(noSuchOrder) },
        },
      },
      '/orders/{orderId}/cancel': {
        post: {
          operationId: 'cancelOrder',
          summary: 'Cancel an order that is not confirmed yet',
          description:
            'Once accepted, the order becomes CANCELLED as soon as what was done for it is undone. Repeating it is safe.',
          parameters: [orderId],
          responses: {
            202: { description: 'It will be CANCELLED', content: json(ref('OrderAccepted')) },
            ...problemsOf({ ...noSuchOrder, 409: 'Too late: it is confirmed, or has failed' }),
          },
        },
      },
      '/orders/{orderId}/status': {
        get: {
          operationId: 'getOrderStatus',
          summary: 'The status of the order; with `wait`, long polling',
          parameters: [orderId, ...queryOf(StatusQuery)],
          responses: {
            200: { description: 'The status', content: json(ref('OrderStatus')) },
            ...problemsOf(noSuchOrder),
          },
        },
      },
      '/orders/{orderId}/events': {
        get: {
          operationId: 'followOrder',
          summary: 'Every status change as a server-sent event',
          parameters: [orderId, { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } }],
          responses: {
            200: { description: 'The events', content: { 'text/event-stream': { schema: statusEvents } } },
            204: { description: 'The order has reached its last status' },
            ...problemsOf(noSuchOrder),
          },
        },
      },
    },
    webhooks,
    schemas: { Money, OrderState, Order, OrderAccepted, OrderStatus },
  });
}

const { text, time, integer, uuid } = types;
const exampleOrder = {
  customerId: 'cus_1001',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  paymentToken: 'tok_ok',
};

const noSuchOrder = { 404: 'No such order' };

const orderId = { name: 'orderId', in: 'path', required: true, schema: uuid };

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes retries safe: the same key with the same body gets the first response again. A string of RFC 9651 (`"k"`), or bare (`k`), which is the same key.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: String.raw`^([\x21\x23-\x7e][\x21-\x7e]*|"([\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+")$`,
  },
};

const status = { type: 'string', enum: STATUSES };
const terminal = { type: 'boolean', description: 'Whether the order has its outcome.' };

const statusEvents = {
  description:
    'Each has `event: status`, its number as `id`, and as `data` the JSON of orderId, status, terminal, reason and at.',
};

const Money = record({ amount: { type: 'integer', description: 'Minor units' }, currency: text });
const OrderState = record({ status, at: time }, { reason: text });
const OrderAccepted = record({ orderId: text, status, checkStatusUrl: text });
const OrderStatus = record({ orderId: text, status, terminal, updatedAt: time }, { reason: text });
const Order = record(
  {
    orderId: text,
    attempt: integer,
    status,
    terminal,
    customerId: text,
    email: text,
    items: arrayOf(record({ sku: text, quantity: integer, unitPrice: integer, name: text })),
    total: ref('Money'),
    createdAt: time,
    updatedAt: time,
    history: arrayOf(ref('OrderState')),
    isChoreographed: { type: 'boolean', description: 'Whether no orchestrator runs this attempt.' },
  },
  { reason: text, callbackUrl: { ...text, description: 'Not in the list; gone once its receiver has answered 410.' } },
);
