import {
  json,
  openApi,
  operatorToken,
  pageSchema,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import { ProductListQuery, ReservationListQuery, ShipmentListQuery, StockCount } from './inventory.requests.js';

/** The OpenAPI 3.1 document of inventory, generated from the schemas that validate requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill inventory',
    description: 'Catalogue and stock.',
    paths: {
      '/products': {
        get: {
          operationId: 'listProducts',
          summary: 'List products by SKU',
          parameters: queryOf(ProductListQuery),
          responses: {
            200: { description: 'A page of products', content: json(pageSchema('Product')) },
            ...problemsOf(),
          },
        },
      },
      '/products/{sku}': {
        get: {
          operationId: 'getProduct',
          summary: 'One product with its stock',
          parameters: [sku],
          responses: {
            200: { description: 'The product', content: json(ref('Product')) },
            ...problemsOf({ 404: 'No such product' }),
          },
        },
      },
      '/products/{sku}/stock': {
        put: {
          operationId: 'countStock',
          summary: 'Set the units on hand',
          security: [{ operatorToken: [] }],
          parameters: [sku],
          requestBody: { required: true, content: json(schemaOf(StockCount)) },
          responses: {
            200: { description: 'The product', content: json(ref('Product')) },
            ...problemsWithBody({
              401: 'The operator token is missing or wrong',
              404: 'No such product',
              409: 'The stock would fall below what is reserved',
            }),
          },
        },
      },
      '/reservations': {
        get: {
          operationId: 'listReservations',
          summary: 'List reservations, oldest first',
          parameters: queryOf(ReservationListQuery),
          responses: {
            200: { description: 'A page of reservations', content: json(pageSchema('Reservation')) },
            ...problemsOf(),
          },
        },
      },
      '/shipments': {
        get: {
          operationId: 'listShipments',
          summary: 'List shipments, oldest first',
          parameters: queryOf(ShipmentListQuery),
          responses: {
            200: { description: 'A page of shipments', content: json(pageSchema('Shipment')) },
            ...problemsOf(),
          },
        },
      },
    },
    securitySchemes: operatorToken,
    schemas: { Money, Product, Reservation, Shipment },
  });
}

const { text, integer, time, uuid } = types;
const maybeTime = { type: ['string', 'null'], format: 'date-time' };

const sku = { name: 'sku', in: 'path', required: true, schema: { type: 'string', minLength: 1, maxLength: 200 } };

const Money = record({ amount: { ...integer, description: 'Minor units' }, currency: text });
const Product = record({
  sku: text,
  name: text,
  unitPrice: ref('Money'),
  initial: { ...integer, description: 'On hand at the seed or the last count, plus what had been shipped by then' },
  onHand: integer,
  reserved: integer,
  shipped: integer,
  available: integer,
});
const Reservation = record({
  orderId: uuid,
  attempt: integer,
  sku: text,
  quantity: integer,
  status: { type: 'string', enum: ['OPEN', 'SHIPPED', 'RELEASED'] },
});
const Shipment = record({
  shipmentId: uuid,
  orderId: uuid,
  attempt: integer,
  status: { type: 'string', enum: ['CREATED', 'CANCELLED', 'DISPATCHED', 'DELIVERED'] },
  createdAt: time,
  dispatchDue: { ...maybeTime, description: 'When the carrier takes it; unknown until the order is confirmed' },
  dispatchedAt: maybeTime,
  deliveryDue: maybeTime,
  deliveredAt: maybeTime,
});
