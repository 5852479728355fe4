import { z } from 'zod';

/** Ids, SKUs and tokens as the API accepts them. */
export const Id = z.string().regex(/^[\w.:-]{1,64}$/);

/** Integer minor units (cents) with an ISO 4217 code. */
export const Money = z.object({ amount: z.int().nonnegative(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.output<typeof Money>;

export const Line = z.object({ sku: Id, quantity: z.int().positive() });
export type Line = z.output<typeof Line>;

/** A line as it was sold, with the catalogue's price and name at that time. */
export const PricedLine = Line.extend({ unitPrice: z.int().nonnegative(), name: z.string() });
export type PricedLine = z.output<typeof PricedLine>;

/** RFC 3339, UTC. */
export const Timestamp = z.iso.datetime();

/** One run of an order's saga. */
export const Attempt = z.object({ orderId: z.uuid(), attempt: z.int().positive() });

/** Why an order FAILED. */
export const FailureReason = z.enum([
  'OUT_OF_STOCK',
  'PAYMENT_DECLINED',
  'CUSTOMER_BANNED',
  'PAYMENT_UNAVAILABLE',
  'INVENTORY_UNAVAILABLE',
  'TIMED_OUT',
]);
export type FailureReason = z.output<typeof FailureReason>;
