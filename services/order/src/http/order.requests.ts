import { pageQuery, queryNumber, uuid } from '@waybill/platform';
import { z } from 'zod';
import { STATUSES } from '../domain/order.js';
import { callbackUrl, type WebhookTargets } from './callback-url.js';

const identifier = z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or any of _ . : -');

/** Body of POST /orders. */
export const orderRequest = (targets: WebhookTargets) =>
  z.strictObject({
    customerId: identifier,
    email: z
      .email()
      .max(254)
      .regex(/^[^@]{1,64}@/, 'must have at most 64 characters before the @'),
    items: z
      .array(z.strictObject({ sku: identifier, quantity: z.int().min(1).max(10_000) }))
      .min(1)
      .max(100),
    paymentToken: identifier,
    callbackUrl: callbackUrl(targets).optional(),
  });

/** Query of GET /orders. */
export const OrderListQuery = z.strictObject({
  ...pageQuery,
  cursor: uuid().optional(),
  customerId: identifier.optional(),
  status: z.enum(STATUSES).optional(),
});

/** Query of GET /orders/{orderId}/status. */
export const StatusQuery = z.strictObject({
  /** Seconds to hold the response while nothing changes. */
  wait: queryNumber(z.number().min(0).max(60)).default(0),
});
