import type { Contract } from '@waybill/messaging/contract';
import * as catalogEvents from './catalog.events.js';
import * as emailTasks from './email.tasks.js';
import * as inventoryEvents from './inventory.events.js';
import * as inventoryTasks from './inventory.tasks.js';
import * as ordersEvents from './orders.events.js';
import * as ordersTasks from './orders.tasks.js';
import * as paymentsEvents from './payments.events.js';

/** Every message contract, for documents and tests. Senders and handlers import the one they need. */
export const contracts: readonly Contract[] = [
  ordersTasks,
  ordersEvents,
  inventoryTasks,
  inventoryEvents,
  paymentsEvents,
  emailTasks,
  catalogEvents,
].flatMap((file) => Object.values(file) as unknown as Contract[]);
