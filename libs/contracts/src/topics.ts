import { defineTopic } from '@waybill/messaging/contract';

export const ordersEvents = defineTopic({ name: 'orders.events' });
export const inventoryEvents = defineTopic({ name: 'inventory.events' });
export const paymentsEvents = defineTopic({ name: 'payments.events' });
/** The last word on each product, for ever: who starts late reads the whole catalogue from it. */
export const catalogProducts = defineTopic({ name: 'catalog.products', compacted: true });
