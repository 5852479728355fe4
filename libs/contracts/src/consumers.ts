import type { Queue, Topic } from '@waybill/messaging/contract';
import * as queues from './queues.js';
import * as topics from './topics.js';

/** What one service takes. */
export interface Consumer {
  queues: readonly Queue[];
  /** Read as a consumer group of the service's name. */
  topics: readonly Topic[];
}

/** Who takes what, by service: each queue is one service's, a topic is anyone's. */
export const consumers: Record<string, Consumer> = {
  order: {
    queues: [queues.ordersProcess, queues.ordersReplies],
    topics: [topics.inventoryEvents, topics.catalogProducts],
  },
  inventory: {
    queues: [queues.inventoryReserve, queues.inventoryRelease, queues.inventoryShip, queues.inventoryCancelShipment],
    topics: [topics.ordersEvents],
  },
  email: { queues: [queues.emailSend], topics: [topics.ordersEvents] },
  analytics: { queues: [], topics: [topics.ordersEvents, topics.inventoryEvents, topics.paymentsEvents] },
};
