import type { OrderConfirmed } from '@waybill/contracts';
import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceResponse, type ServiceSettings } from '@waybill/testing';
import type { Attempt } from '../domain/attempt.js';
import { InventoryModule } from '../inventory.module.js';

export const OPERATOR = 'the operator of this test';

/** The service as its main runs it, with a carrier that dispatches and delivers at once. */
export const startInventory = () => ServiceBench.of(start);

async function start(settings: ServiceSettings) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const config = {
    ...settings,
    OPERATOR_TOKEN: OPERATOR,
    CARRIER_DISPATCH_AFTER: 0,
    CARRIER_DELIVER_AFTER: 0,
  };
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(InventoryModule.with(config, logger), logger);
  await connectMessaging(app);
  return app.init();
}

export type Inventory = Awaited<ReturnType<typeof startInventory>>;

export const newAttempt = (): Attempt => ({ orderId: crypto.randomUUID(), attempt: 1 });

export interface Product {
  sku: string;
  initial: number;
  onHand: number;
  reserved: number;
  shipped: number;
  available: number;
}

export const product = (inventory: Inventory, sku: string) => inventory.get<Product>(`/products/${sku}`);

/** An order's reservations as `{ sku: 'quantity STATUS' }`. */
export async function reservations(inventory: Inventory, { orderId }: Attempt): Promise<Record<string, string>> {
  const path = `/reservations?orderId=${orderId}`;
  const { items } = await inventory.get<{ items: { sku: string; quantity: number; status: string }[] }>(path);
  return Object.fromEntries(items.map(({ sku, quantity, status }) => [sku, `${quantity} ${status}`]));
}

/** The statuses of an order's shipments. */
export async function shipments(inventory: Inventory, { orderId }: Attempt): Promise<string[]> {
  const { items } = await inventory.get<{ items: { status: string }[] }>(`/shipments?orderId=${orderId}`);
  return items.map(({ status }) => status);
}

export function putStock(
  inventory: Inventory,
  sku: string,
  payload: object | string,
  token = OPERATOR,
): Promise<ServiceResponse> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return inventory.app.inject({ method: 'PUT', url: `/products/${sku}/stock`, headers, payload });
}

/** The body of the OrderConfirmed event. */
export const confirmed = (attempt: Attempt): OrderConfirmed => ({
  ...attempt,
  customerId: 'cus_1',
  email: 'ada@example.com',
  items: [],
  total: { amount: 0, currency: 'EUR' },
  createdAt: new Date().toISOString(),
  confirmedAt: new Date().toISOString(),
});
