import { defineQueue } from '@waybill/messaging/contract';

export const ordersProcess = defineQueue({ name: 'orders.process' });
export const ordersReplies = defineQueue({ name: 'orders.replies' });
export const inventoryReserve = defineQueue({ name: 'inventory.reserve' });
export const inventoryRelease = defineQueue({ name: 'inventory.release' });
export const inventoryShip = defineQueue({ name: 'inventory.ship' });
export const inventoryCancelShipment = defineQueue({ name: 'inventory.cancel-shipment' });
export const emailSend = defineQueue({ name: 'email.send' });
