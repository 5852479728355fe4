import { failureHeaders } from '@waybill/messaging';
import { until } from '@waybill/testing';
import type { Page } from 'playwright-core';
import { mails, mailTypes, order, outcomeOf, place } from '../shop.js';
import { connectPeers, type Peers } from '../system/peers.js';
import { deadLetter, endpoints, operate } from '../system/running-system.js';
import { seriousFindings } from './accessibility.js';
import { closeBrowser, openAsOperator, openConsole, signIn } from './console-page.js';

/** What a foreign client knows of a contract. */
const contractOf = (type: string, name: string) => ({
  type,
  destination: { name },
  subjectOf: ({ orderId }: { orderId: string }) => orderId,
});
const SendEmail = contractOf('waybill.SendEmail.v1', 'email.send');
const OrderFailed = contractOf('waybill.OrderFailed.v1', 'orders.events');
const OrderCancelled = contractOf('waybill.OrderCancelled.v1', 'orders.events');

let peers: Peers;
beforeAll(async () => {
  peers = await connectPeers();
});
afterAll(async () => {
  await closeBrowser();
  await peers.close();
});

/** About an order that was never placed, so that no invariant counts the mail. */
const aMail = (type = 'order-failed') => ({
  type,
  orderId: crypto.randomUUID(),
  attempt: 1,
  to: 'ada@example.com',
  items: [{ sku: 'BOOK-001', name: 'Middlemarch', quantity: 1, unitPrice: 100 }],
  total: { amount: 100, currency: 'EUR' },
  reason: 'OUT_OF_STOCK',
});
const unreadable = async () => {
  const messageId = await peers.tasks.send(SendEmail, aMail('order-filed'));
  return deadLetter({ messageId });
};

/** The page as this operator, who has said so at sign-in. */
async function openAs(name: string, path: string) {
  const opened = await openAsOperator(path);
  await opened.page.evaluate(`localStorage.setItem('operator-name', '${name}')`);
  return opened;
}

const edit = async (page: Page, change: (body: Record<string, unknown>) => object) => {
  await page.getByRole('button', { name: 'Edit and resubmit…' }).click();
  const editor = page.getByRole('textbox', { name: 'Body' });
  await editor.fill(JSON.stringify(change(JSON.parse(await editor.inputValue())), null, 2));
};
const resubmitEdited = (page: Page) => page.getByRole('button', { name: 'Resubmit with these changes' }).click();
const changes = (page: Page) => page.getByRole('region', { name: 'changes', exact: true });

describe('a declined order', () => {
  it('is reviewed, gets another payment token, and is confirmed', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    await deadLetter({ class: 'business', key: failed.orderId });
    const { page, context, errors } = await openAs('ada', `/dead-letters?key=${failed.orderId}`);
    await page.getByRole('link', { name: 'ProcessOrder' }).click();
    await page.getByText('PAYMENT_DECLINED').first().waitFor();

    await edit(page, (body) => ({ ...body, paymentToken: 'tok_ok' }));
    expect(await changes(page).getByRole('insertion').allTextContents()).toContainEqual(
      expect.stringContaining('tok_ok'),
    );
    await resubmitEdited(page);
    await page.getByText('resubmitted, edited, by ada').waitFor();
    await until('the order is confirmed', async () =>
      (await order(failed.orderId)).history.some(({ status }) => status === 'CONFIRMED'),
    );
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe('an event that cannot be handled', () => {
  it('shows what waits behind it; corrected, it lets all through', async () => {
    const at = new Date().toISOString();
    const orderId = crypto.randomUUID();
    const { type: _, ...mail } = aMail();
    const placed = { ...mail, orderId, customerId: 'cus_1001', email: 'ada@example.com', createdAt: at };
    const failed = { ...placed, failedAt: at };
    const messageId = await peers.events.publish(OrderFailed, { ...failed, reason: 'BAD_WEATHER' } as never);
    const { id } = await deadLetter({ messageId, consumer: 'email' });
    const { page, context } = await openAs('ada', `/dead-letters/${id}`);
    const parked = page.getByRole('region', { name: 'What waits behind it' });
    await parked.getByText('No later event of the key has come yet').waitFor();

    await peers.events.publish(OrderCancelled, { ...placed, cancelledAt: at } as never);
    await parked.getByText('1 later event of the key waits').waitFor();
    expect(await parked.getByRole('row').allTextContents()).toEqual([
      expect.stringContaining('OrderFailed v1 (this one)dead letter'),
      expect.stringContaining('OrderCancelled v1waits'),
    ]);

    await edit(page, (body) => body);
    expect(await page.getByRole('button', { name: 'Resubmit with these changes' }).isDisabled()).toBe(true);
    const editor = page.getByRole('textbox', { name: 'Body' });
    const json = await editor.inputValue();
    await editor.fill(json.replace('BAD_WEATHER', 'GOOD_WEATHER'));
    await resubmitEdited(page);
    const complaint = page.getByRole('alert').filter({ hasText: 'does not match its schema' });
    await complaint.getByText('reason', { exact: true }).waitFor();
    await complaint.getByRole('button', { name: /^Line \d+$/ }).click();
    expect(await page.evaluate('getSelection().toString()')).toBe('"GOOD_WEATHER"');

    await editor.fill(json.replace('BAD_WEATHER', 'OUT_OF_STOCK'));
    await resubmitEdited(page);
    await parked.getByText('It was released').waitFor();
    await until('both mails are there', async () => (await mails(orderId)).length >= 2);
    expect(await mailTypes(orderId)).toEqual(['order-cancelled', 'order-failed']);
    await context.close();
    // Its dead letter at analytics is never resolved: analytics must not count an order that exists only in these events.
  });
});

describe('two operators who decide the same dead letter', () => {
  it('do not overwrite each other: the second is told who was faster, and what they did', async () => {
    const { id } = await unreadable();
    const [ada, grace] = await Promise.all(['ada', 'grace'].map((name) => openAs(name, `/dead-letters/${id}`)));
    await grace!.page.getByRole('button', { name: 'Resubmit', exact: true }).waitFor();

    await ada!.page.getByRole('button', { name: 'Discard…' }).click();
    const dialog = ada!.page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Discard it' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('nobody needs it');
    await dialog.getByRole('button', { name: 'Discard it' }).click();
    await ada!.page.getByText('discarded by ada').waitFor();

    await grace!.page.getByRole('button', { name: 'Resubmit', exact: true }).click();
    const told = grace!.page.getByRole('alert').filter({ hasText: 'Someone else was faster' });
    await told.getByText('discarded by ada').waitFor();
    expect(await told.textContent()).toContain('nobody needs it');
    await told.getByRole('button', { name: 'Show it as it is now' }).click();
    await grace!.page.getByText('email will never handle it').waitFor();
    expect(await grace!.page.getByRole('button', { name: 'Resubmit', exact: true }).count()).toBe(0);
    await Promise.all([ada!.context.close(), grace!.context.close()]);
  });
});

describe('a body that is markup', () => {
  it('is shown as text', async () => {
    const markup = `<img src=x onerror="document.title='broken into'">`;
    const messageId = await peers.tasks.send(SendEmail, aMail(), { bytes: markup });
    const { id } = await deadLetter({ messageId });
    const { page, context, errors } = await openAs('ada', `/dead-letters/${id}`);
    await page.getByRole('region', { name: 'body as text' }).getByText(markup).waitFor();
    await page.getByRole('tab', { name: 'Bytes' }).click();
    await page.getByRole('region', { name: 'body in hexadecimal' }).getByText('3c 69 6d 67').waitFor();

    await page.getByRole('button', { name: 'Edit and resubmit…' }).click();
    await page.getByRole('textbox', { name: 'Body' }).fill(`"${markup.replaceAll('"', `'`)}"`);
    await changes(page).getByRole('deletion').getByText(markup).waitFor();
    await resubmitEdited(page);
    await page.getByRole('alert').filter({ hasText: 'does not match its schema' }).waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.title()).toBe('SendEmail v1 - Waybill');
    // The browser itself says that the console answered 400.
    expect(errors.filter((error) => !error.includes('400'))).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Discard…' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('a test');
    await page.getByRole('button', { name: 'Discard it' }).click();
    await page.getByText('discarded by ada').waitFor();
    await context.close();
  });
});

describe('a group of the same failure', () => {
  const COUNT = 5;

  /** As their consumer would have given them up. */
  async function failTogether(error: string): Promise<void> {
    const at = new Date().toISOString();
    const times = { attempts: 4, firstFailedAt: at, lastFailedAt: at };
    const headers = failureHeaders({ source: 'email.send', consumer: 'email', class: 'transient', error, ...times });
    const inDeadLetterQueue = contractOf('waybill.SendEmail.v1', 'email.send-dlq');
    for (let n = 0; n < COUNT; n++) {
      const messageId = await peers.tasks.send(inDeadLetterQueue, aMail(), { headers });
      await deadLetter({ messageId });
    }
  }

  it('is discarded at a rate after a dry run that says how many; the batch can be paused, resumed and stopped', async () => {
    const error = `the post office is closed ${crypto.randomUUID().replace(/[^a-z]/g, '')}`;
    await failTogether(error);
    const { page, context } = await openAs('ada', '/dead-letters/groups');
    const row = page.getByRole('row').filter({ hasText: error });
    await row.getByRole('button', { name: 'Discard…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('a holiday');
    await dialog.getByRole('textbox', { name: 'At most' }).fill('4');
    await dialog.getByRole('textbox', { name: 'Dead letters per second' }).fill('0.5');
    await dialog.getByText(`4 of ${COUNT} waiting dead letters would be discarded`).waitFor();
    await dialog.getByRole('button', { name: 'Discard 4 dead letters' }).click();

    await page.getByRole('heading', { name: 'Discard 4 dead letters' }).waitFor();
    await page.getByText('1 of 4 discarded').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('2 of 4 discarded').waitFor();
    await page.getByRole('button', { name: 'Stop…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
    await page.getByText('because it was stopped').waitFor();

    await page.goto('/#/dead-letters/audit');
    const audited = page.getByRole('row').filter({ hasText: 'ada' });
    await audited.filter({ hasText: 'started a batch' }).filter({ hasText: 'a holiday' }).first().waitFor();
    for (const act of ['paused', 'resumed', 'stopped'])
      await audited
        .filter({ hasText: `${act} a batch` })
        .first()
        .waitFor();

    await page.goto('/#/dead-letters/groups');
    await page.getByRole('link', { name: error }).click();
    await page.getByRole('button', { name: 'Discard all that match…' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('a holiday');
    await page.getByRole('button', { name: /^Discard \d dead letters?$/ }).click();
    await page.getByText('done', { exact: true }).waitFor();
    await context.close();
  });
});

describe('a reader', () => {
  it('sees dead letters, and nothing that changes them', async () => {
    const { id } = await unreadable();
    const opened = await openConsole();
    await signIn(opened, String(endpoints().readerToken));
    const { page, context } = opened;
    await page.goto(`/#/dead-letters/${id}`);
    await page.getByText('You are signed in as a reader').waitFor();
    await page.getByRole('region', { name: 'body as JSON' }).getByText('order-filed').waitFor();
    await page.goto('/#/dead-letters/groups');
    await page.getByRole('table', { name: 'groups of the same failure' }).waitFor();
    expect(await page.getByRole('button', { name: /resubmit|discard/i }).count()).toBe(0);
    await operate(`/${id}/discard`, { reason: 'a test' });
    await context.close();
  });
});

describe('the pages of dead letters', () => {
  const PHONE = { width: 390, height: 844 };

  it.each(['light', 'dark'] as const)(
    'fit a phone, and have no serious finding of axe in %s colours',
    async (colorScheme) => {
      const { id } = await unreadable();
      const { page, context } = await openAsOperator('/dead-letters', {
        colorScheme,
        viewport: PHONE,
        reducedMotion: 'reduce',
      });
      async function check(name: string): Promise<void> {
        expect([name, await seriousFindings(page)]).toEqual([name, []]);
        expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, PHONE.width]);
      }
      await page.getByRole('table', { name: 'dead letters' }).waitFor();
      await check('list');
      await page.getByRole('tab', { name: 'Groups' }).click();
      await page.getByRole('button', { name: 'Resubmit…' }).filter({ visible: true }).first().click();
      await page.getByRole('dialog').getByRole('status').waitFor();
      await check('groups with a dialog');
      await page.goBack();
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await page.goto(`/#/dead-letters/${id}`);
      await edit(page, (body) => ({ ...body, attempt: 'first' }));
      await resubmitEdited(page);
      await page.getByRole('alert').filter({ hasText: 'does not match its schema' }).waitFor();
      await page.getByText('The schema of').click();
      await check('editor');
      await operate(`/${id}/discard`, { reason: 'a test' });
      await page.goto('/#/dead-letters/audit');
      await page.getByRole('table', { name: 'audit log' }).waitFor();
      await check('audit log');
      await context.close();
    },
  );
});
