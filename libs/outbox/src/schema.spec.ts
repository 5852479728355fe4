import { register } from 'prom-client';
import { outboxBacklog } from './backlog.js';
import { FakeBroker, message, OutboxHarness } from './outbox-harness.fixture.js';

const HOUR = 3_600_000;

describe('two schemas in one database', () => {
  let first: OutboxHarness;
  let second: OutboxHarness;
  beforeAll(async () => {
    first = await OutboxHarness.open();
    second = await OutboxHarness.open({ schema: 'tenant', database: first.database });
  });
  afterAll(async () => {
    await second.clean();
    await first.close();
  });

  it('have an outbox and relays each, with separate locks, notifications and metrics', async () => {
    const [one, two] = [new FakeBroker(), new FakeBroker()];
    await first.relay(one, { pollInterval: HOUR });
    await second.relay(two, { pollInterval: HOUR, metricPrefix: 'tenant' });
    for (const body of ['a', 'b']) {
      await first.send([message(`first ${body}`)]);
      await second.send([message(`second ${body}`)]);
      await first.untilEmpty();
      await second.untilEmpty();
    }
    expect(one.firstArrivals()).toEqual(['first a', 'first b']);
    expect(two.firstArrivals()).toEqual(['second a', 'second b']);
    expect(await register.getSingleMetricAsString('tenant_outbox_published_total')).toMatch(/destination="orders"} 2$/);
  });

  it('have a backlog each', async () => {
    await second.clean();
    await second.send([message('waits')]);
    const { pool } = first.database;
    expect((await outboxBacklog(pool)).count).toBe(0);
    expect((await outboxBacklog(pool, { schema: 'tenant' })).count).toBe(1);
  });
});
