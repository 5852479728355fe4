import { messagingMetrics } from '../outcomes/index.js';
import { CONSUMER, type ConsumerDatabase, consumerDatabase, quiet } from '../test/workbench.fixture.js';
import { ParkedDepth } from './parked-depth.js';
import { ParkedEvents } from './parked-events.js';

const metrics = messagingMetrics();
const topic = 'facts';
const parked = new ParkedEvents(CONSUMER);
let database: ConsumerDatabase;
beforeAll(async () => {
  database = await consumerDatabase();
});
afterAll(() => database.drop());

const measure = (depth = () => parked.depth(database.autocommit)) =>
  new ParkedDepth({ topics: [topic], depth, logger: quiet }).measure();

async function shown() {
  const { parkedEvents, parkedKeys, parkedAge } = metrics;
  const gauges = await Promise.all([parkedEvents, parkedKeys, parkedAge].map((gauge) => gauge.get()));
  return gauges.map(({ values }) => values.find(({ labels }) => labels.topic === topic)?.value);
}

const park = (offset: number, key: string) =>
  database.transaction((tx) =>
    parked.park(
      tx,
      { topic, partition: 0, offset: String(offset) },
      { identity: `${topic} /test ${offset}`, key, headers: {}, bytes: Buffer.from('{}'), attempt: 1 },
      { kind: 'retry', ms: 0, attempted: true },
    ),
  );

describe('what a group has parked', () => {
  it('is shown in events, keys and seconds, and is zero when nothing is parked', async () => {
    await measure();
    expect(await shown()).toEqual([0, 0, 0]);
    await park(1, 'a');
    await park(2, 'a');
    await park(3, 'b');
    await database.pool.query(`UPDATE waybill.parked SET parked_at = now() - interval '1 hour' WHERE "offset" = 1`);
    await measure();
    const [events, keys, age] = await shown();
    expect([events, keys]).toEqual([3, 2]);
    expect(age).toBeGreaterThanOrEqual(3_600);
    expect(age).toBeLessThan(3_700);
  });

  it('disappears while the database is unavailable', async () => {
    await measure(() => Promise.reject(new Error('the database is unavailable')));
    expect(await shown()).toEqual([undefined, undefined, undefined]);
  });
});
