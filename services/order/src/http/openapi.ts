import {
  arrayOf,
  json,
  pageSchema,
  problemSchema,
  problemsOf,
  queryOf,
  record,
  ref,
  schemaOf,
} from '@waybill/platform';
import { STATUSES } from '../domain/order.js';
import { OrderListQuery, OrderRequest, StatusQuery } from './order.requests.js';

/** The OpenAPI 3.1 document of order-api, generated from the schemas that validate requests. */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: { title: 'Waybill orders', version: '1.0.0', description: 'Place orders and follow them to their outcome.' },
    paths: {
      '/orders': {
        post: {
          operationId: 'placeOrder',
          summary: 'Place an order',
          description: 'Responds before the order is processed; nothing of it is lost once 202 is sent.',
          parameters: [idempotencyKey],
          requestBody: { required: true, content: json(schemaOf(OrderRequest), exampleOrder) },
          responses: {
            202: {
              description:
                'Accepted. `Idempotency-Replayed: true` when this is the stored response of an earlier request with the key.',
              headers: { location: { schema: { type: 'string' } } },
              content: json(ref('OrderAccepted')),
            },
            ...problems(400, 409, 413, 415, 422, 429, 503),
          },
        },
        get: {
          operationId: 'listOrders',
          summary: 'List orders, newest first',
          parameters: queryOf(OrderListQuery),
          responses: {
            200: { description: 'A page of orders', content: json(pageSchema('Order')) },
            ...problems(400, 503),
          },
        },
      },
      '/orders/{orderId}': {
        get: {
          operationId: 'getOrder',
          summary: 'One order with its history',
          parameters: [orderId],
          responses: { 200: { description: 'The order', content: json(ref('Order')) }, ...problems(404, 503) },
        },
      },
      '/orders/{orderId}/status': {
        get: {
          operationId: 'getOrderStatus',
          summary: 'The status of the order; with `wait`, long polling',
          parameters: [orderId, ...queryOf(StatusQuery)],
          responses: {
            200: { description: 'The status', content: json(ref('OrderStatus')) },
            ...problems(400, 404, 503),
          },
        },
      },
      '/orders/{orderId}/events': {
        get: {
          operationId: 'followOrder',
          summary: 'Every status change as a server-sent event',
          parameters: [orderId, { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } }],
          responses: {
            200: { description: 'event: status', content: { 'text/event-stream': { schema: { type: 'string' } } } },
            204: { description: 'The order has reached its last status' },
            ...problems(404, 503),
          },
        },
      },
    },
    components: { schemas: { Money, OrderState, Order, OrderAccepted, OrderStatus, Problem: problemSchema } },
  };
}

const exampleOrder = {
  customerId: 'cus_1001',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  paymentToken: 'tok_ok',
};

const orderId = { name: 'orderId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes retries safe: the same key with the same body gets the first response again.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

const time = { type: 'string', format: 'date-time' };
const status = { type: 'string', enum: STATUSES };
const text = { type: 'string' };
const terminal = { type: 'boolean', description: 'Whether the order has its outcome.' };

const Money = record({ amount: { type: 'integer', description: 'Minor units' }, currency: text });
const OrderState = record({ status, at: time }, { reason: text });
const OrderAccepted = record({ orderId: text, status, checkStatusUrl: text });
const OrderStatus = record({ orderId: text, status, terminal, updatedAt: time }, { reason: text });
const Order = record(
  {
    orderId: text,
    attempt: { type: 'integer' },
    status,
    terminal,
    customerId: text,
    email: text,
    items: arrayOf(record({ sku: text, quantity: { type: 'integer' }, unitPrice: { type: 'integer' }, name: text })),
    total: ref('Money'),
    createdAt: time,
    updatedAt: time,
    history: arrayOf(ref('OrderState')),
  },
  { reason: text },
);
const problems = problemsOf({
  400: 'Malformed or invalid; `errors` names the fields',
  404: 'No such order',
  409: 'A request with the same Idempotency-Key is in flight',
  413: 'Larger than 256 KiB',
  415: 'Not application/json',
  422: 'Unknown SKU, or the Idempotency-Key was used for another request',
  429: 'Overloaded: see Retry-After',
  503: 'The database is unavailable: see Retry-After',
});
