import { InventoryReservedHandler } from './inventory-reserved.handler.js';
import { OrderCancelledHandler } from './order-cancelled.handler.js';
import { OrderConfirmedHandler } from './order-confirmed.handler.js';
import { OrderCreatedHandler } from './order-created.handler.js';
import { OrderDeliveredHandler } from './order-delivered.handler.js';
import { OrderFailedHandler } from './order-failed.handler.js';
import { OrderShippedHandler } from './order-shipped.handler.js';
import { PaymentChargedHandler } from './payment-charged.handler.js';
import { PaymentRefundedHandler } from './payment-refunded.handler.js';

/** What makes the projection out of events: while the service runs and when it is rebuilt. */
export const HANDLERS = [
  OrderCreatedHandler,
  OrderConfirmedHandler,
  OrderShippedHandler,
  OrderDeliveredHandler,
  OrderFailedHandler,
  OrderCancelledHandler,
  InventoryReservedHandler,
  PaymentChargedHandler,
  PaymentRefundedHandler,
];
