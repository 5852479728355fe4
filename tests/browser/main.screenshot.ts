/**
 * Writes the README's picture, docs/images/console.png: the overview of the running system (npm start), while orders travel.
 *
 *     node tests/dist/browser/main.screenshot.js
 */
import { join } from 'node:path';
import { root } from '../imports.js';
import { endpoints } from '../system/running-system.js';
import { closeBrowser, openAsOperator } from './console-page.js';

const ORDERS = 40;
/** How long it watches them, in ms: until the charts have something to show. */
const WATCHED_FOR = 45_000;

process.env.WAYBILL_ENDPOINTS ??= join(root, '.waybill', 'endpoints.json');

const { page } = await openAsOperator('/', { viewport: { width: 1280, height: 800 } });
await page.getByRole('heading', { level: 1 }).waitFor();
for (let n = 0; n < ORDERS; n += 1) {
  const response = await fetch(`${endpoints().orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      customerId: 'cus_1001',
      email: 'ada@example.com',
      items: [{ sku: 'BOOK-001', quantity: 1 }],
      paymentToken: n % 10 === 0 ? 'tok_declined' : 'tok_ok',
    }),
  });
  if (!response.ok) throw new Error(`an order was answered with ${response.status}`);
  await page.waitForTimeout(WATCHED_FOR / ORDERS);
}
await page.screenshot({ path: join(root, 'docs', 'images', 'console.png') });
await closeBrowser();
