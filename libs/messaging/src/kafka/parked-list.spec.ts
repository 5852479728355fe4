import { CONSUMER, type ConsumerDatabase, consumerDatabase } from '../test/workbench.fixture.js';
import { ParkedEvents, type Parking } from './parked-events.js';
import { ParkedList } from './parked-list.js';

const topic = 'facts';
const parked = new ParkedEvents(CONSUMER);
let database: ConsumerDatabase;
let list: ParkedList;
beforeAll(async () => {
  database = await consumerDatabase();
  list = new ParkedList({ consumer: CONSUMER, database });
  await park(1, 'a', { kind: 'dead-lettered' });
  await park(2, 'a', { kind: 'behind' });
  await park(3, null, { kind: 'dead-lettered' });
  await park(4, 'b', { kind: 'retry', ms: 60_000, attempted: true });
  await park(5, 'a', { kind: 'behind' });
});
afterAll(() => database.drop());

const park = (offset: number, key: string | null, parking: Parking) =>
  database.transaction((tx) =>
    parked.park(
      tx,
      { topic, partition: 0, offset: String(offset) },
      {
        identity: `${topic} /test ${offset}`,
        key,
        headers: { ce_id: `message ${offset}`, ce_type: 'test.Fact.v1' },
        bytes: Buffer.from('{}'),
        attempt: 1,
      },
      parking,
    ),
  );

const statesOf = (items: { messageId: string | null; state: string }[]) =>
  items.map(({ messageId, state }) => `${messageId}: ${state}`);

describe('the list of parked events', () => {
  it('of a key has its dead letter and what waits behind it, in the order in which they are handled', async () => {
    const { items, nextCursor } = await list.list({ topic, key: 'a', limit: 10 });
    expect(statesOf(items)).toEqual(['message 1: dead-letter', 'message 2: behind', 'message 5: behind']);
    expect(items[0]).toMatchObject({ topic, key: 'a', type: 'test.Fact.v1', parkedAt: expect.stringMatching(/Z$/) });
    expect(nextCursor).toBeNull();
  });

  it('of all keys is paged, and has events without a key, too', async () => {
    const first = await list.list({ limit: 3 });
    expect(statesOf(first.items)).toHaveLength(3);
    expect(first.items[2]).toMatchObject({ key: null, state: 'dead-letter' });
    const second = await list.list({ limit: 3, cursor: first.nextCursor! });
    expect(statesOf(second.items)).toEqual(['message 4: retrying', 'message 5: behind']);
    expect(second.nextCursor).toBeNull();
  });

  it('has nothing of other topics, keys and consumers', async () => {
    expect((await list.list({ topic: 'others', limit: 10 })).items).toEqual([]);
    expect((await list.list({ key: 'facts-0-3', limit: 10 })).items).toEqual([]);
    expect((await new ParkedList({ consumer: 'other', database }).list({ limit: 10 })).items).toEqual([]);
  });
});
