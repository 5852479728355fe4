import { until } from '@waybill/testing';
import type { Page } from 'playwright-core';
import { place, untilOrder } from '../shop.js';
import { urlOf } from '../system/processes.js';
import { deadLetter, endpoints } from '../system/running-system.js';
import { closeBrowser, openAsOperator, openConsole, signIn } from './console-page.js';

afterAll(closeBrowser);

/** All but I6, for which the keys of clients are needed. */
const CHECKED = ['I1', 'I2', 'I3', 'I4', 'I5', 'I7', 'I8', 'I9'];

/** The row of a process or server. */
const rowOf = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });
const inEffect = (page: Page) => page.getByRole('region', { name: 'In effect' });

/** Presses the button, reads what will happen, and confirms. */
async function breakIt(page: Page, button: string, willHappen: RegExp, choices: Record<string, string> = {}) {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `${button}?` });
  await dialog.getByText(willHappen).waitFor();
  for (const [label, choice] of Object.entries(choices)) await dialog.getByLabel(label).selectOption(choice);
  await dialog.getByRole('button', { name: button }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('the page of faults', () => {
  it('kills order-processor while 50 orders flow: it comes back, no order is lost, and all invariants hold', async () => {
    const { page, context } = await openAsOperator('/faults');
    await rowOf(page, 'order-processor').getByText('running').waitFor();
    const { 'order-processor': killed } = endpoints().processes;
    const placing = Promise.all(Array.from({ length: 50 }, () => place()));

    await breakIt(page, 'Kill order-processor', /kill -9/);
    await page.getByText(`killed process ${killed}`).first().waitFor();
    await until('it runs as another process', async () => {
      const text = (await rowOf(page, 'order-processor').textContent()) ?? '';
      const pid = Number(/process (\d+)/.exec(text)?.[1]);
      return pid && pid !== killed && text.includes('running');
    });

    await Promise.all((await placing).map((orderId) => untilOrder(orderId, 'CONFIRMED')));
    for (const id of CHECKED) await rowOf(page, id).getByText('holds').waitFor({ timeout: 120_000 });
    await context.close();
  }, 300_000);

  it('shows what is in effect with the time that is left, and undoes it', async () => {
    const { page, context } = await openAsOperator('/faults');
    const responds = () =>
      fetch(`${urlOf('analytics')}/health/live`, { signal: AbortSignal.timeout(1_000) }).then(
        () => true,
        () => false,
      );
    await breakIt(page, 'Pause analytics', /frozen/, { For: '2 minutes' });
    await rowOf(page, 'analytics').getByText('paused').waitFor();
    await inEffect(page)
      .getByRole('timer')
      .getByText(/^1:[0-5]\d$/)
      .waitFor();
    expect(await responds()).toBe(false);

    await page.getByRole('button', { name: 'Undo the fault of analytics' }).click();
    await inEffect(page).getByText('Nothing is broken on purpose').waitFor();
    await rowOf(page, 'analytics').getByText('running').waitFor();
    expect(await responds()).toBe(true);
    await context.close();
  });

  it('stops a server, which is there again when it is mended', async () => {
    const { page, context } = await openAsOperator('/faults');
    await breakIt(page, 'Stop mail', /not started again/, { For: 'until I undo it' });
    await rowOf(page, 'mail').getByText('stopped').waitFor();
    await inEffect(page).getByText('until undone').waitFor();

    await page.getByRole('button', { name: 'Mend mail' }).click();
    await rowOf(page, 'mail').getByText('running').waitFor();
    await context.close();
  });

  it('sends a message that nobody can read, which becomes a dead letter', async () => {
    const { page, context } = await openAsOperator('/faults');
    const form = page.getByRole('region', { name: 'Messages' });
    await form.getByLabel('To').selectOption('email.send (email)');
    await form.getByLabel('Send').selectOption('poison: malformed');
    await form.getByRole('button', { name: 'Send' }).click();
    const detail = await form.getByText(/because its body is not JSON/).textContent();
    const letter = await deadLetter({ messageId: detail!.split(': ').at(-1)! });
    expect(letter).toMatchObject({ source: 'email.send', class: 'malformed' });
    await context.close();
  });

  it('lets a reader see everything and break nothing', async () => {
    const opened = await openConsole();
    const { page, context } = opened;
    await signIn(opened, endpoints().readerToken as string);
    await page.goto('/#/faults');
    await rowOf(page, 'order-api').getByText('running').waitFor();
    await rowOf(page, 'I1').waitFor({ timeout: 60_000 });
    expect(await page.getByRole('button', { name: /Kill|Pause|Slow|Stop|Cut|Send/ }).count()).toBe(0);
    await context.close();
  });
});
