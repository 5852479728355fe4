import type { Topology } from '@waybill/messaging/contract';
import { consumers } from './consumers.js';
import { deadLetterQueues } from './dead-letter-queues.js';
import * as queues from './queues.js';
import * as topics from './topics.js';

/** Every topic and queue of Waybill, on one page. */
export const topology: Topology = {
  topics: Object.values(topics),
  queues: Object.values(queues),
  deadLetterQueues,
  consumers,
};
