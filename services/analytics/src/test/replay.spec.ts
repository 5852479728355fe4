import { createKafka } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { ServiceBench, type ServiceSettings, until } from '@waybill/testing';
import { type Analytics, OrderTimeline, start, summary } from './analytics.fixture.js';

let settings: ServiceSettings;
let analytics: Analytics;
beforeAll(async () => {
  analytics = await ServiceBench.of((given) => {
    settings = given;
    return start(given);
  });
});
afterAll(() => analytics.stop());

/** As if the group had never read anything. */
async function forgetOffsets(): Promise<void> {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix } = settings;
  const admin = createKafka({
    brokers,
    clientId: 'test',
    logger: createLogger({ service: 'test', level: 'silent' }),
  }).admin();
  await admin.connect();
  await until('the group is empty', async () => {
    await admin.deleteGroups([`${prefix}analytics`]);
    return true;
  });
  await admin.disconnect();
}

const inboxSize = async () => (await analytics.database.pool.query('SELECT FROM waybill.inbox')).rowCount ?? 0;

describe('analytics that reads all events again', () => {
  it('counts each once, without offsets and inbox, and while new ones arrive', async () => {
    const [delivered, failed, cancelled, open] = [1, 2, 3, 4].map(() => new OrderTimeline(analytics));
    for (const order of [delivered!, failed!, cancelled!, open!]) await order.created();
    for (const step of ['reserved', 'charged', 'confirmed', 'shipped', 'delivered'] as const) await delivered![step]();
    await failed!.failed();
    for (const step of ['charged', 'cancelled', 'refunded'] as const) await cancelled![step]();
    await open!.reserved();
    const before = await summary(analytics);
    expect(before).toMatchObject({ orders: { DELIVERED: 1, FAILED: 1, CANCELLED: 1, RESERVED: 1 } });
    const events = await inboxSize();

    await analytics.app.close();
    await analytics.database.pool.query('TRUNCATE waybill.inbox');
    await forgetOffsets();
    const again = await start(settings);
    const fresh = Object.assign(Object.create(analytics), { app: again }) as Analytics;
    await new OrderTimeline(fresh).created();
    await until('all are read again', async () => (await inboxSize()) === events + 1);

    const { orders, ...others } = before;
    expect(await summary(fresh)).toEqual({ orders: { ...orders, PENDING: 1 }, ...others });
    await again.close();
  });
});
