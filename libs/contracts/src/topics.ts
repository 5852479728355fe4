import { defineTopic } from '@waybill/messaging/contract';

export const ordersEvents = defineTopic({ name: 'orders.events' });
export const inventoryEvents = defineTopic({ name: 'inventory.events' });
export const paymentsEvents = defineTopic({ name: 'payments.events' });
/** The latest version of each product, kept forever: a new consumer reads the whole catalogue from it. */
export const catalogProducts = defineTopic({ name: 'catalog.products', compacted: true });
