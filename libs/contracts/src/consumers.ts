// Written by `npm run generate` from the handlers of all services.
import type { Consumer } from '@waybill/messaging/contract';
import * as queues from './queues.js';
import * as topics from './topics.js';

/** What each service consumes: queues by itself, topics as a consumer group of its name. */
export const consumers: Record<string, Consumer> = {
  analytics: {
    queues: [],
    topics: [topics.inventoryEvents, topics.ordersEvents, topics.paymentsEvents],
  },
  email: {
    queues: [queues.emailSend],
    topics: [topics.ordersEvents],
  },
  inventory: {
    queues: [queues.inventoryCancelShipment, queues.inventoryRelease, queues.inventoryReserve, queues.inventoryShip],
    topics: [topics.ordersEvents, topics.paymentsEvents],
  },
  order: {
    queues: [queues.ordersCancel, queues.ordersProcess, queues.ordersReplies, queues.webhooksSend],
    topics: [topics.catalogProducts, topics.inventoryEvents, topics.paymentsEvents],
  },
  payment: {
    queues: [],
    topics: [topics.inventoryEvents, topics.ordersEvents],
  },
};
