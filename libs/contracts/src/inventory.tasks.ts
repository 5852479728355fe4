import { type BodyOf, defineReply, defineTask } from '@waybill/messaging/contract';
import { z } from 'zod';
import { inventoryCancelShipment, inventoryRelease, inventoryReserve, inventoryShip, ordersReplies } from './queues.js';
import { Attempt, Line } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;

export const ReserveStockReply = defineReply({
  type: 'waybill.ReserveStockReply.v1',
  queue: ordersReplies,
  subject,
  schema: Attempt.extend({
    /** `released`: a ReleaseStock overtook this task, so nothing is reserved. */
    outcome: z.enum(['reserved', 'out-of-stock', 'released']),
  }),
});
export type ReserveStockReply = BodyOf<typeof ReserveStockReply>;

/** Reserves the items of one attempt at an order, all of them or none. */
export const ReserveStock = defineTask({
  type: 'waybill.ReserveStock.v1',
  queue: inventoryReserve,
  subject,
  schema: Attempt.extend({ items: z.array(Line).min(1) }),
  reply: ReserveStockReply,
});
export type ReserveStock = BodyOf<typeof ReserveStock>;

export const ReleaseStockReply = defineReply({
  type: 'waybill.ReleaseStockReply.v1',
  queue: ordersReplies,
  subject,
  schema: Attempt,
});
export type ReleaseStockReply = BodyOf<typeof ReleaseStockReply>;

/** Undoes ReserveStock, also one that never happened or has yet to arrive. */
export const ReleaseStock = defineTask({
  type: 'waybill.ReleaseStock.v1',
  queue: inventoryRelease,
  subject,
  schema: Attempt,
  reply: ReleaseStockReply,
});
export type ReleaseStock = BodyOf<typeof ReleaseStock>;

export const CreateShipmentReply = defineReply({
  type: 'waybill.CreateShipmentReply.v1',
  queue: ordersReplies,
  subject,
  schema: Attempt.extend({
    /** `cancelled`: a CancelShipment overtook this task, so no parcel will leave. */
    outcome: z.enum(['created', 'cancelled']),
    shipmentId: z.string().optional(),
  }),
});
export type CreateShipmentReply = BodyOf<typeof CreateShipmentReply>;

/** Prepares the parcel. The carrier picks it up once the order is confirmed. */
export const CreateShipment = defineTask({
  type: 'waybill.CreateShipment.v1',
  queue: inventoryShip,
  subject,
  schema: Attempt,
  reply: CreateShipmentReply,
});
export type CreateShipment = BodyOf<typeof CreateShipment>;

export const CancelShipmentReply = defineReply({
  type: 'waybill.CancelShipmentReply.v1',
  queue: ordersReplies,
  subject,
  schema: Attempt,
});
export type CancelShipmentReply = BodyOf<typeof CancelShipmentReply>;

/** Undoes CreateShipment, also one that never happened or has yet to arrive. */
export const CancelShipment = defineTask({
  type: 'waybill.CancelShipment.v1',
  queue: inventoryCancelShipment,
  subject,
  schema: Attempt,
  reply: CancelShipmentReply,
});
export type CancelShipment = BodyOf<typeof CancelShipment>;
