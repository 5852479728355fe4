import { topology } from '@waybill/contracts';
import { until } from '@waybill/testing';
import type { Page } from 'playwright-core';
import { anOrder, endpoints, order, post } from '../shop.js';
import { connectPeers, type Peers } from '../system/peers.js';
import { closeBrowser, openAsOperator } from './console-page.js';

/** A topic that email consumes. */
const TOPIC = 'orders.events';
const topic = topology.topics.find(({ name }) => name === TOPIC)!;
const fact = { type: 'test.Fact.v1', destination: topic, subjectOf: ({ about }: { about: string }) => about };

let peers: Peers;
beforeAll(async () => {
  peers = await connectPeers();
});
afterAll(async () => {
  // Whatever a test left paused.
  await fetch(`${endpoints().email}/consumers/email/resume`, {
    method: 'POST',
    headers: { authorization: `Bearer ${endpoints().operatorToken}` },
  });
  await Promise.all([peers.close(), closeBrowser()]);
});

const rowOf = (page: Page, table: string, name: string) =>
  page
    .getByRole('table', { name: table })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name }) });

async function placeOrder(): Promise<string> {
  const { orderId } = (await (await post(anOrder())).json()) as { orderId: string };
  return orderId;
}

describe('the page about messaging', () => {
  it('lists topics, queues and outboxes with their figures, and leads to each', async () => {
    const { page, context } = await openAsOperator('/messaging');
    const row = rowOf(page, 'topics', TOPIC);
    await row.getByText('analytics, email').waitFor();
    await until('its rate is known', async () => /\d \/s.*\d \/s/s.test((await row.textContent())!));
    await rowOf(page, 'outboxes', 'email').first().waitFor();
    await rowOf(page, 'queues', 'email.send').getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'email.send' }).waitFor();
    await rowOf(page, 'retry tiers', '500 ms').waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Messaging' }).waitFor();
    await context.close();
  });

  it('pauses a consumer after a confirmation, says since when, and resumes it', async () => {
    const { page, context } = await openAsOperator(`/messaging/topics/${TOPIC}`);
    const row = rowOf(page, `consumers of ${TOPIC}`, 'email');
    await row.getByRole('button', { name: 'pause email' }).click();
    await page.getByRole('dialog').getByText('takes no more messages in 1 process').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await row.getByText('running').waitFor();

    await row.getByRole('button', { name: 'pause email' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await row.getByText('paused since').waitFor();
    const orderId = await placeOrder();
    await until('it is confirmed', async () => (await order(orderId)).terminal);
    await until('email is behind', async () => Number(await row.getByRole('cell').nth(1).textContent()) > 0);
    await page.reload();
    await row.getByText('paused since').waitFor();

    await row.getByRole('button', { name: 'resume email' }).click();
    await row.getByText('running').waitFor();
    await until('email has caught up', async () => (await row.getByRole('cell').nth(1).textContent()) === '0');
    await context.close();
  });

  it('shows the messages of a key without personal data, until they are revealed', async () => {
    const orderId = await placeOrder();
    await until('it is confirmed', async () => (await order(orderId)).terminal);
    const { page, context } = await openAsOperator(`/messaging/topics/${TOPIC}?key=${orderId}`);
    await page.getByRole('button', { name: /OrderConfirmed/ }).click();
    const body = page.getByRole('region', { name: 'body' });
    await body.getByText('"email": "•••"').waitFor();
    await page.getByRole('table', { name: 'headers' }).getByText('waybill.OrderConfirmed.v1').waitFor();
    await page.getByRole('switch', { name: 'reveal personal data' }).press('Space');
    await body.getByText('"email": "ada@example.com"').waitFor();
    await context.close();
  });

  it('shows markup in a body as text, and poison as bytes', async () => {
    const about = `markup-${crypto.randomUUID()}`;
    await peers.events.publish(fact, { about }, { bytes: '<img src=x onerror="document.title = 1">' });
    await peers.events.publish(fact, { about }, { bytes: Buffer.from([0xff, 0x00, 0xfe, 0x41]) });
    const { page, context, errors } = await openAsOperator(`/messaging/topics/${TOPIC}?key=${about}`);
    const messages = page.getByRole('button', { name: /test\.Fact\.v1/ });
    await messages.nth(1).click();
    await page.getByRole('region', { name: 'body' }).getByText('<img src=x').waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(await page.title()).toBe(`${TOPIC} - Waybill`);
    await messages.nth(1).click();
    await messages.nth(0).click();
    await page.getByRole('region', { name: 'body' }).getByText('000000 ff 00 fe 41').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('shows what processes say of their APIs, with links to the schemas', async () => {
    const { page, context } = await openAsOperator('/messaging/documents');
    await page.getByRole('link', { name: 'OpenAPI of order-api' }).click();
    await page.getByRole('button', { name: /^get \/orders\/\{orderId\} One/i }).click();
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    await page.getByText('customerId', { exact: true }).first().waitFor();
    await page.goto('/#/messaging/documents/order-api/asyncapi');
    await page.getByRole('button', { name: /^orders\.events (send|receive)/ }).click();
    await page.getByText('waybill.OrderConfirmed.v1', { exact: true }).waitFor();
    await page.goto('/#/messaging/documents/payment-provider/asyncapi');
    await page.getByText('does not describe its messages').waitFor();
    await context.close();
  });

  it('says that there is no such topic or queue', async () => {
    const { page, context } = await openAsOperator('/messaging/topics/missing');
    await page.getByText('There is no topic missing').waitFor();
    await page.goto('/#/messaging/queues/missing');
    await page.getByText('There is no queue missing').waitFor();
    await context.close();
  });
});
