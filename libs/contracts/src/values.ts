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

/** A step of one attempt. `saga` is set when no orchestrator runs the attempt: the next step then follows from this event. */
export const SagaStep = Attempt.extend({ saga: z.literal('choreography').optional() });

/** Whether the next step follows from this event. An orchestrator reads replies and has no use for it. */
export const isChoreographed = ({ saga }: Pick<z.output<typeof SagaStep>, 'saga'>): boolean => saga === 'choreography';

/** What the payment service needs to charge an attempt. */
export const Charge = z.object({
  customerId: Id,
  total: Money,
  /** Sealed for this order (`seal` of @waybill/platform): topics keep it, and anyone may read them. */
  paymentToken: z.string(),
});
export type Charge = z.output<typeof Charge>;

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
