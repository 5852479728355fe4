import type { Page } from 'playwright-core';
import { outcomeOf, place } from '../shop.js';
import { seriousFindings } from './accessibility.js';
import { closeBrowser, openAsOperator } from './console-page.js';

afterAll(closeBrowser);

const timeline = (page: Page) => page.getByRole('list', { name: 'what happened, oldest first' });
const currentStep = (page: Page) => page.getByRole('region', { name: 'saga' }).locator('[aria-current=step]');
/** Chosen in one of the form's selects. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

describe('the page of an order', () => {
  it('places it, and follows it to DELIVERED while it happens', async () => {
    const { page, context, errors, external } = await openAsOperator('/orders/place');
    await choose(page, 'Product', 'BOOK-002');
    await choose(page, 'Payment token', 'tok_flaky');
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByText('1 order accepted of 1').waitFor();
    await page.getByRole('link', { name: 'Watch it travel' }).click();

    const status = page.locator('.order-status');
    await timeline(page).getByText('POST /orders: PENDING').waitFor();
    await status.getByText('DELIVERED').waitFor({ timeout: 60_000 });
    for (const what of ['OrderCreated', 'InventoryReserved', 'PaymentCharged', 'charge in the ledger'])
      await timeline(page).getByText(what, { exact: true }).first().waitFor();
    for (const what of ['chargePayment attempt 3', 'shipment delivered', 'mail sent: order-confirmed'])
      await timeline(page).getByText(what, { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'The saga of attempt 1' }).getAttribute('href')).toContain(
      '/workflows/order-',
    );
    expect(await page.getByRole('link', { name: 'Open the mailbox' }).count()).toBe(1);
    expect(await currentStep(page).count()).toBe(0);
    expect({ errors, external }).toEqual({ errors: [], external: [] });
    await context.close();
  }, 120_000);

  it('shows the step that it is in, and what is retried', async () => {
    const orderId = await place({ paymentToken: 'tok_unavailable' });
    const { page, context } = await openAsOperator(`/orders/${orderId}`);
    await currentStep(page).getByText('Paid').waitFor();
    await timeline(page)
      .getByText(/chargePayment attempt \d+ to come/)
      .waitFor();
    await context.close();
  });

  it('shows why it failed, what was undone, and its dead letter', async () => {
    const orderId = await place({ paymentToken: 'tok_declined' });
    await outcomeOf(orderId);
    const { page, context } = await openAsOperator(`/orders/${orderId}`);
    await page.getByRole('alert').getByText('PAYMENT_DECLINED').waitFor();
    await page.getByRole('region', { name: 'saga' }).getByText('Stock released').waitFor();
    await page.getByRole('region', { name: 'Dead letters' }).getByRole('link', { name: 'orders.process' }).waitFor();
    await context.close();
  });

  it('shows the mail address only when it is asked for', async () => {
    const orderId = await place({ email: 'grace.hopper@example.com' });
    const { page, context } = await openAsOperator(`/orders/${orderId}`);
    const customer = page.getByRole('region', { name: 'Customer' });
    await customer.getByRole('button', { name: 'Show mail address' }).waitFor();
    expect(await page.content()).not.toContain('grace.hopper');
    await customer.getByRole('button', { name: 'Show mail address' }).click();
    await customer.getByText('grace.hopper@example.com').waitFor();
    await context.close();
  });

  it('shows text of a customer as text', async () => {
    const { page, context } = await openAsOperator('/orders/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E');
    await page.getByRole('heading', { name: 'There is no such order' }).waitFor();
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await context.close();
  });
});

describe('cancelling', () => {
  it('asks first, and shows the order to CANCELLED', async () => {
    const orderId = await place({ paymentToken: 'tok_unavailable' });
    const { page, context } = await openAsOperator(`/orders/${orderId}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await page.getByRole('dialog').getByText('It will be CANCELLED').waitFor();
    await page.locator('.order-status').getByText('CANCELLED').waitFor();
    await context.close();
  });

  it('explains that it is too late', async () => {
    const confirmed = await outcomeOf(await place());
    const { page, context } = await openAsOperator('/orders');
    // As it was when the page was drawn: a customer's seconds are too short for a test.
    const before = { ...confirmed, status: 'RESERVED', terminal: false };
    await page.route(`**/api/order-api/orders/${confirmed.orderId}`, (route) => route.fulfill({ json: before }));
    await page.goto(`/#/orders/${confirmed.orderId}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await page
      .getByRole('dialog')
      .getByRole('alert')
      .getByText(/too late to cancel.*nothing was changed/)
      .waitFor();
    await context.close();
  });
});

describe('the list of orders', () => {
  it('finds an order by its id, and orders by customer and status; the back button leads back', async () => {
    const customerId = `cus_${crypto.randomUUID()}`;
    const [good, bad] = [await place({ customerId }), await place({ customerId, paymentToken: 'tok_declined' })];
    await Promise.all([outcomeOf(good), outcomeOf(bad)]);
    const { page, context } = await openAsOperator('/orders');
    const link = (orderId: string) => page.getByRole('link', { name: `order ${orderId}` });
    await page.getByRole('textbox', { name: 'Customer' }).fill(customerId);
    await page.getByRole('button', { name: 'Search' }).click();
    await link(good).waitFor();
    await choose(page, 'Status', 'FAILED');
    await link(good).waitFor({ state: 'detached' });
    await link(bad).waitFor();
    await page.goBack();
    await link(good).waitFor();

    await page.getByRole('textbox', { name: 'Order id' }).fill(bad);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${bad.slice(0, 8)}` }).waitFor();
    await context.close();
  });

  it('is paged by the server', async () => {
    const customerId = `cus_${crypto.randomUUID()}`;
    const orderIds = [];
    for (let n = 0; n < 51; n++) orderIds.push(await place({ customerId, items: [{ sku: 'BOOK-003', quantity: 1 }] }));
    const { page, context } = await openAsOperator(`/orders?customerId=${customerId}`);
    const first = page.getByRole('link', { name: `order ${orderIds[0]}` });
    await page.getByRole('link', { name: `order ${orderIds.at(-1)}` }).waitFor();
    expect(await first.count()).toBe(0);
    await page.getByRole('button', { name: 'Older' }).click();
    await first.waitFor();
    await page.getByRole('button', { name: 'Newest' }).click();
    await first.waitFor({ state: 'detached' });
    await context.close();
  }, 60_000);
});

describe('placing many', () => {
  it('shows the progress and what became of them', async () => {
    const { page, context } = await openAsOperator('/orders/place');
    await choose(page, 'Payment token', 'tok_declined');
    await page.getByText('10', { exact: true }).click();
    await page.getByRole('button', { name: 'Place 10 orders' }).click();
    await page.getByText('10 orders accepted of 10').waitFor();
    const failed = page.getByRole('table', { name: 'outcomes' }).getByRole('row', { name: 'FAILED: PAYMENT_DECLINED' });
    await failed.getByText('10 orders').waitFor({ timeout: 60_000 });
    await page.getByText(/p50 [\d.]+ m?s, p95 [\d.]+ m?s/).waitFor();
    await page.getByRole('link', { name: 'Show these orders' }).click();
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
    await context.close();
  }, 90_000);

  it('keeps to the rate, and stops', async () => {
    const { page, context } = await openAsOperator('/orders/place');
    await page.getByText('100', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Rate' }).fill('2');
    await page.getByRole('button', { name: 'Place 100 orders' }).click();
    await page.getByText(/^[2-9] orders accepted of 100$/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped: 9\d were not placed\.$/).waitFor();
    await context.close();
  });

  it('says how many were rejected, and why', async () => {
    const { page, context } = await openAsOperator('/orders/place');
    await page.getByRole('textbox', { name: 'Customer' }).fill('not a customer');
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page
      .getByRole('list', { name: 'rejections' })
      .getByText(/1 x .*customerId/)
      .waitFor();
    await context.close();
  });
});

describe('the pages of orders', () => {
  it('have no serious finding of axe in either scheme, and fit a phone', async () => {
    const orderId = await place({ paymentToken: 'tok_declined' });
    await outcomeOf(orderId);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [path, heading] of [
        [`/orders/${orderId}`, `Order ${orderId.slice(0, 8)}`],
        ['/orders/place', 'Place orders'],
      ] as const) {
        const { page, context } = await openAsOperator(path, { colorScheme, viewport: { width: 390, height: 844 } });
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        if (heading !== 'Place orders') await timeline(page).getByText('mail sent: order-failed').waitFor();
        expect([path, colorScheme, await seriousFindings(page)]).toEqual([path, colorScheme, []]);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
        await context.close();
      }
    }
  }, 90_000);
});
