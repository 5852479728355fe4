import type { DeadLetterFilter } from './dead-letter-filter.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { aDeadLetter, collect, type DeadLetterHarness, deadLetterDatabase, EVENTS } from './dead-letters.fixture.js';
import { Review } from './review.js';

const queries = new DeadLetterQueries();
let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
  const ids = await collect(
    database,
    aDeadLetter({ messageId: 'a', error: 'no answer in 10 ms' }),
    aDeadLetter({ messageId: 'b', error: 'no answer in 20 ms', key: 'parcel-2' }),
    aDeadLetter({ messageId: 'c', from: EVENTS, error: 'no answer in 30 ms', type: 'shop.Sold.v1' }),
    aDeadLetter({ messageId: 'd', class: 'business', error: 'sold out' }),
    aDeadLetter({ messageId: 'e', class: 'malformed', error: 'not JSON' }),
  );
  await database.transaction((tx) => new Review().discard(tx, ids[4]!, { by: 'ada', reason: 'spam' }));
});
afterAll(() => database.drop());

async function listed(filter: DeadLetterFilter): Promise<string[]> {
  const { items } = await queries.list(database.autocommit, filter, { limit: 100 });
  return items.map(({ messageId }) => messageId);
}

describe('a list of dead letters', () => {
  it.each<[DeadLetterFilter, string[]]>([
    [{}, ['e', 'd', 'c', 'b', 'a']],
    [{ status: 'waiting' }, ['d', 'c', 'b', 'a']],
    [{ status: 'discarded' }, ['e']],
    [{ source: 'parcels.weigh', class: 'transient' }, ['b', 'a']],
    [{ consumer: 'mailer' }, ['c']],
    [{ type: 'shop.Sold.v1' }, ['c']],
    [{ key: 'parcel-2' }, ['b']],
    [{ messageId: 'd' }, ['d']],
    [{ key: `x' OR '1'='1` }, []],
  ])('of %j shows the latest first', async (filter, messageIds) => {
    expect(await listed(filter)).toEqual(messageIds);
  });

  it('pages through each dead letter once, while more are collected', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queries.list(database.autocommit, { source: 'parcels.weigh' }, { limit: 2, cursor });
      seen.push(...page.items.map(({ messageId }) => messageId));
      cursor = page.nextCursor ?? undefined;
      if (seen.length === 2)
        await collect(database, aDeadLetter({ messageId: 'later', class: 'business', error: 'late' }));
    } while (cursor);
    expect(seen).toEqual(['e', 'd', 'b', 'a']);
  });
});

describe('groups of the same failure', () => {
  it('span all sources, largest first, each with an example', async () => {
    const { items } = await queries.groups(database.autocommit, { status: 'waiting' }, { limit: 10 });
    expect(items[0]).toMatchObject({
      class: 'transient',
      error: 'no answer in <n> ms',
      place: 'weigh (weigh.js)',
      count: 3,
      sources: ['parcels.weigh', 'shop.events'],
      consumers: ['mailer', 'parcels'],
    });
    expect(await listed({ group: items[0]!.group })).toEqual(['c', 'b', 'a']);
    const example = await queries.find(database.autocommit, items[0]!.example);
    expect(example!.messageId).toBe('c');
  });

  it('can be paged through', async () => {
    const all = await queries.groups(database.autocommit, {}, { limit: 10 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queries.groups(database.autocommit, {}, { limit: 1, cursor });
      seen.push(...page.items.map(({ group }) => group));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(all.items.map(({ group }) => group));
    expect(seen.length).toBeGreaterThan(2);
  });
});

describe('the depth', () => {
  it('counts waiting dead letters by source, consumer and class, with the age of the oldest', async () => {
    const depth = await queries.depth(database.autocommit);
    expect(depth).toContainEqual({
      source: 'shop.events',
      consumer: 'mailer',
      class: 'transient',
      count: 1,
      oldestAgeSeconds: expect.any(Number),
    });
    expect(depth.find(({ class: failure }) => failure === 'malformed')).toBeUndefined();
    expect(depth[0]!.oldestAgeSeconds).toBeGreaterThan(3_600);
  });
});
