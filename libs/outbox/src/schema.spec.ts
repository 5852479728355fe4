import { register } from 'prom-client';
import { outboxBacklog } from './backlog.js';
import { Broker, message, Shop } from './relay.fixture.js';

const HOUR = 3_600_000;

describe('two schemas in one database', () => {
  let first: Shop;
  let second: Shop;
  beforeAll(async () => {
    first = await Shop.open();
    second = await Shop.open({ schema: 'acme', database: first.database });
  });
  afterAll(async () => {
    await second.clean();
    await first.close();
  });

  it('have an outbox and relays each, with locks, notifications and metrics of their own', async () => {
    const [one, two] = [new Broker(), new Broker()];
    await first.relay(one, { pollInterval: HOUR });
    await second.relay(two, { pollInterval: HOUR, metricPrefix: 'acme' });
    for (const body of ['a', 'b']) {
      await first.send([message(`first ${body}`)]);
      await second.send([message(`second ${body}`)]);
      await first.untilEmpty();
      await second.untilEmpty();
    }
    expect(one.firsts()).toEqual(['first a', 'first b']);
    expect(two.firsts()).toEqual(['second a', 'second b']);
    expect(await register.getSingleMetricAsString('acme_outbox_published_total')).toMatch(/destination="orders"} 2$/);
  });

  it('have a backlog each', async () => {
    await second.clean();
    await second.send([message('waits')]);
    const { pool } = first.database;
    expect((await outboxBacklog(pool)).count).toBe(0);
    expect((await outboxBacklog(pool, { schema: 'acme' })).count).toBe(1);
  });
});
