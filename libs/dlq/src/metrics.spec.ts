import { register } from 'prom-client';
import { Collector } from './collector.js';
import { aDeadLetter, type DeadLetterHarness, deadLetterDatabase, quiet } from './dead-letters.fixture.js';
import { registerDepthMetrics } from './metrics.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

it('shows no depth while it cannot measure it, because the last one would look healthy', async () => {
  await new Collector({ database, logger: quiet }).collect(aDeadLetter({ messageId: 'one' }));
  registerDepthMetrics({ database, logger: quiet });
  const shown = async () => (await register.getSingleMetric('waybill_dead_letters_waiting')!.get()).values;
  expect(await shown()).toHaveLength(1);
  await database.pool.query('ALTER TABLE waybill.dead_letters RENAME TO renamed');
  expect(await shown()).toEqual([]);
  await database.pool.query('ALTER TABLE waybill.renamed RENAME TO dead_letters');
  expect(await shown()).toHaveLength(1);
});
