import { outcomeOf, place } from '../shop.js';
import { applicationProcesses, kill } from '../system/processes.js';
import { endpoints } from '../system/running-system.js';
import { closeBrowser, openAsOperator } from './console-page.js';

afterAll(closeBrowser);

const processRow = (name: string) => ({ name: new RegExp(`^${name} `) });

/** Each ends the absence of the console by what it returns. */
const absences: Record<string, () => Promise<() => void>> = {
  'is killed': async () => {
    await kill('console'); // the launcher starts it again
    return () => {};
  },
  hangs: async () => {
    const { console } = endpoints().processes;
    process.kill(console!, 'SIGSTOP');
    return () => void process.kill(console!, 'SIGCONT');
  },
};

describe('the overview', () => {
  it('shows every process, and the way of an order that is placed meanwhile, live', async () => {
    const { page, context } = await openAsOperator('/');
    for (const name of applicationProcesses)
      await page.getByRole('row', processRow(name)).getByText('ready', { exact: true }).waitFor();

    await outcomeOf(await place());
    await page
      .getByRole('link', { name: /^(CONFIRMED|SHIPPED|DELIVERED) [1-9]/ })
      .first()
      .waitFor();
    const picture = page.getByRole('region', { name: 'How messages travel' });
    for (const part of [
      'process order-api, ok',
      'queue orders.process, ok',
      'topic orders.events, ok',
      'database order, ok',
      'server temporal, ok',
    ])
      await picture.getByRole('button', { name: part }).waitFor();
    await page.getByRole('row', { name: /^orders.process order-processor ok [\d.]*[1-9]\/s/ }).waitFor();
    await context.close();
  }, 120_000);

  it('opens the details of a part at an address of their own, and the back button closes them', async () => {
    const { page, context } = await openAsOperator('/');
    await page.getByRole('button', { name: 'process inventory, ok' }).click();
    const details = page.getByRole('dialog', { name: 'inventory (process)' });
    await details.getByText('Check rabbitmq').waitFor();
    expect(page.url()).toContain('node=process%3Ainventory');

    await details.getByRole('link', { name: 'orders.events' }).click();
    await page.getByRole('dialog', { name: 'orders.events (topic)' }).waitFor();
    await page.goBack();
    await details.waitFor();
    await page.goBack();
    await details.waitFor({ state: 'detached' });
    await context.close();
  }, 60_000);

  it('says in words which process is away, and that it is back', async () => {
    const { page, context } = await openAsOperator('/');
    const row = page.getByRole('row', processRow('email'));
    await row.getByText('ready', { exact: true }).waitFor();
    const { email } = endpoints().processes;
    process.kill(email!, 'SIGSTOP');
    try {
      await row.getByText('away', { exact: true }).waitFor();
      await row.getByText('no data since').waitFor();
      await page.getByRole('button', { name: 'process email, away' }).waitFor();
      await page.getByRole('row', { name: /^orders.events email away no data/ }).waitFor();
    } finally {
      process.kill(email!, 'SIGCONT');
    }
    await row.getByText('ready', { exact: true }).waitFor();
    await context.close();
  }, 120_000);

  it.each(Object.entries(absences))(
    'says since when it has no live data when the console %s, and goes on by itself',
    async (_, begin) => {
      const { page, context } = await openAsOperator('/');
      await page.getByText('live, read').waitFor();
      const end = await begin();
      try {
        await page.getByRole('alert').getByText('What you see is of').waitFor();
        await page.getByRole('row', processRow('inventory')).waitFor();
      } finally {
        end();
      }
      await page.getByText('live, read').waitFor({ timeout: 60_000 });
      await page.getByRole('alert').waitFor({ state: 'detached' });
      await context.close();
    },
    180_000,
  );

  it('shows the charts of 15 minutes or 6 hours, at an address of their own', async () => {
    const { page, context } = await openAsOperator('/');
    await page.getByText('6 hours').click();
    await page.waitForURL(/range=6h/);
    await page.reload();
    await page.getByRole('radio', { name: '6 hours', checked: true }).waitFor({ state: 'attached' });
    await page.getByRole('heading', { name: 'Oldest unconsumed message' }).waitFor();
    await context.close();
  }, 60_000);
});
