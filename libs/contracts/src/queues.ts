import { defineQueue } from '@waybill/messaging/contract';

const MINUTE = 60_000;

export const ordersProcess = defineQueue({ name: 'orders.process' });
export const ordersCancel = defineQueue({ name: 'orders.cancel' });
export const ordersReplies = defineQueue({ name: 'orders.replies' });
export const inventoryReserve = defineQueue({ name: 'inventory.reserve' });
export const inventoryRelease = defineQueue({ name: 'inventory.release' });
export const inventoryShip = defineQueue({ name: 'inventory.ship' });
export const inventoryCancelShipment = defineQueue({ name: 'inventory.cancel-shipment' });
export const emailSend = defineQueue({ name: 'email.send' });
/** A receiver may be unavailable for hours. */
export const webhooksSend = defineQueue({
  name: 'webhooks.send',
  retryTiers: [1_000, 5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE],
});
