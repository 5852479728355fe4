import type { Order } from '../domain/order.js';

/** Begins the saga of an order's current attempt: an orchestrated or a choreographed one, as SAGA says. */
export abstract class SagaStarter {
  /** One saga per attempt, ever: starting it again changes nothing. */
  abstract start(order: Order): Promise<void>;
}
