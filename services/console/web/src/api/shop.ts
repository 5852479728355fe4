import { clientOf } from './clients.js';
import type { paths as AnalyticsPaths } from './types/analytics.js';
import type { paths as EmailPaths } from './types/email.js';
import type { paths as InventoryPaths } from './types/inventory.js';
import type { paths as OrderPaths } from './types/order.js';
import type { paths as PaymentPaths } from './types/payment.js';

/** APIs of the shop's processes, which the console forwards to. */
export const orderApi = clientOf<OrderPaths>('/api/order-api');
export const inventoryApi = clientOf<InventoryPaths>('/api/inventory');
export const paymentApi = clientOf<PaymentPaths>('/api/payment');
export const emailApi = clientOf<EmailPaths>('/api/email');
export const analyticsApi = clientOf<AnalyticsPaths>('/api/analytics');
