import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { inventoryEvents } from './topics.js';
import { Attempt, Charge, FailureReason, Line, SagaStep, Timestamp } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;
const Shipment = Attempt.extend({ shipmentId: z.string() });

export const InventoryReserved = defineEvent({
  type: 'waybill.InventoryReserved.v1',
  topic: inventoryEvents,
  subject,
  schema: SagaStep.extend({
    items: z.array(Line),
    /** What is charged now, in a choreographed saga. */
    charge: Charge.optional(),
  }),
});
export type InventoryReserved = BodyOf<typeof InventoryReserved>;

export const InventoryRejected = defineEvent({
  type: 'waybill.InventoryRejected.v1',
  topic: inventoryEvents,
  subject,
  schema: SagaStep.extend({ shortages: z.array(Line.extend({ available: z.int() })) }),
});
export type InventoryRejected = BodyOf<typeof InventoryRejected>;

export const InventoryReleased = defineEvent({
  type: 'waybill.InventoryReleased.v1',
  topic: inventoryEvents,
  subject,
  schema: SagaStep.extend({
    /** Why the attempt fails, when a later step of a choreographed saga failed. */
    reason: FailureReason.optional(),
  }),
});
export type InventoryReleased = BodyOf<typeof InventoryReleased>;

export const ShipmentCreated = defineEvent({
  type: 'waybill.ShipmentCreated.v1',
  topic: inventoryEvents,
  subject,
  schema: Shipment.extend(SagaStep.shape),
});
export type ShipmentCreated = BodyOf<typeof ShipmentCreated>;

export const ShipmentCancelled = defineEvent({
  type: 'waybill.ShipmentCancelled.v1',
  topic: inventoryEvents,
  subject,
  schema: Shipment,
});
export type ShipmentCancelled = BodyOf<typeof ShipmentCancelled>;

export const ShipmentDispatched = defineEvent({
  type: 'waybill.ShipmentDispatched.v1',
  topic: inventoryEvents,
  subject,
  schema: Shipment.extend({ dispatchedAt: Timestamp }),
});
export type ShipmentDispatched = BodyOf<typeof ShipmentDispatched>;

export const ShipmentDelivered = defineEvent({
  type: 'waybill.ShipmentDelivered.v1',
  topic: inventoryEvents,
  subject,
  schema: Shipment.extend({ deliveredAt: Timestamp }),
});
export type ShipmentDelivered = BodyOf<typeof ShipmentDelivered>;
