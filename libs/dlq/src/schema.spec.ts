import { register } from 'prom-client';
import { Batches } from './batches.js';
import { Collector } from './collector.js';
import { DeadLetterExpiry } from './dead-letter-expiry.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  type DeadLetterHarness,
  deadLetterDatabase,
  migrateDeadLetters,
  outboxOf,
  quiet,
} from './dead-letters.fixture.js';
import { registerDepthMetrics } from './metrics.js';
import { Review } from './review.js';

describe('two schemas in one database', () => {
  let database: DeadLetterHarness;
  beforeAll(async () => {
    database = await deadLetterDatabase();
    await migrateDeadLetters(database.pool, 'tenant');
  });
  afterAll(() => database.drop());

  const messageIds = async (schema?: string) => {
    const page = await new DeadLetterQueries({ schema }).list(database.autocommit, {}, { limit: 10 });
    return page.items.map(({ messageId, status }) => `${messageId} ${status}`);
  };
  const collect = (messageId: string, schema?: string) =>
    new Collector({ database, logger: quiet, schema }).collect(aDeadLetter({ messageId }));

  it('each have dead letters, reviews, batches, an outbox, metrics and an expiry', async () => {
    for (const messageId of ['reviewed', 'in a batch']) {
      await collect(messageId);
      await collect(messageId, 'tenant');
    }
    const review = new Review({ schema: 'tenant' });
    const { items } = await new DeadLetterQueries({ schema: 'tenant' }).list(database.autocommit, {}, { limit: 10 });
    await database.transaction((tx) => review.resubmit(tx, items[1]!.id, { by: 'ada' }));
    const batches = new Batches(review, { schema: 'tenant' });
    await database.transaction((tx) => batches.begin(tx, { by: 'ada', filter: {} }));
    await database.transaction((tx) => batches.step(tx));

    expect(await messageIds('tenant')).toEqual(['in a batch resubmitted', 'reviewed resubmitted']);
    expect(await messageIds()).toEqual(['in a batch waiting', 'reviewed waiting']);
    expect((await outboxOf(database, 'tenant')).map(({ id }) => id)).toEqual(['reviewed', 'in a batch']);
    expect(await outboxOf(database)).toEqual([]);

    await collect('later', 'tenant');
    registerDepthMetrics({ database, logger: quiet });
    registerDepthMetrics({ database, logger: quiet, schema: 'tenant', namespace: 'tenant' });
    expect(await register.getSingleMetricAsString('tenant_dead_letters_waiting')).toMatch(/class="transient"} 1$/);
    expect(await register.getSingleMetricAsString('waybill_dead_letters_waiting')).toMatch(/class="transient"} 2$/);

    const expiry = { database: database.autocommit, logger: quiet, retention: 0 };
    expect(await new DeadLetterExpiry(expiry).expire()).toBe(0);
    expect(await new DeadLetterExpiry({ ...expiry, schema: 'tenant' }).expire()).toBe(2);
    expect(await messageIds('tenant')).toEqual(['later waiting']);
  });
});
