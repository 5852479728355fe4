import { DeadLetterQueries, type LetterFilter } from './dead-letter-queries.js';
import { aLetter, EVENTS, type LetterBench, letterDatabase, takeIn } from './letters.fixture.js';
import { Review } from './review.js';

const queries = new DeadLetterQueries();
let database: LetterBench;
beforeAll(async () => {
  database = await letterDatabase();
  const ids = await takeIn(
    database,
    aLetter({ messageId: 'a', error: 'no answer in 10 ms' }),
    aLetter({ messageId: 'b', error: 'no answer in 20 ms', key: 'parcel-2' }),
    aLetter({ messageId: 'c', at: EVENTS, error: 'no answer in 30 ms', type: 'shop.Sold.v1' }),
    aLetter({ messageId: 'd', class: 'business', error: 'sold out' }),
    aLetter({ messageId: 'e', class: 'malformed', error: 'not JSON' }),
  );
  await database.transaction((tx) => new Review().discard(tx, ids[4]!, { by: 'ada', reason: 'spam' }));
});
afterAll(() => database.drop());

async function listed(filter: LetterFilter): Promise<string[]> {
  const { items } = await queries.list(database.autocommit, filter, { limit: 100 });
  return items.map(({ messageId }) => messageId);
}

describe('a list of dead letters', () => {
  it.each<[LetterFilter, string[]]>([
    [{}, ['e', 'd', 'c', 'b', 'a']],
    [{ status: 'waiting' }, ['d', 'c', 'b', 'a']],
    [{ status: 'discarded' }, ['e']],
    [{ source: 'parcels.weigh', class: 'transient' }, ['b', 'a']],
    [{ consumer: 'mailer' }, ['c']],
    [{ type: 'shop.Sold.v1' }, ['c']],
    [{ key: 'parcel-2' }, ['b']],
    [{ messageId: 'd' }, ['d']],
    [{ key: `x' OR '1'='1` }, []],
  ])('of %j has the latest first', async (filter, messageIds) => {
    expect(await listed(filter)).toEqual(messageIds);
  });

  it('is read page by page, each letter once, though more come in meanwhile', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queries.list(database.autocommit, { source: 'parcels.weigh' }, { limit: 2, cursor });
      seen.push(...page.items.map(({ messageId }) => messageId));
      cursor = page.nextCursor ?? undefined;
      if (seen.length === 2) await takeIn(database, aLetter({ messageId: 'later', class: 'business', error: 'late' }));
    } while (cursor);
    expect(seen).toEqual(['e', 'd', 'b', 'a']);
  });
});

describe('groups of the same failure', () => {
  it('gather letters of all sources, the largest first, with one to look at', async () => {
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

  it('are read page by page', async () => {
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
  it('counts what waits by source, consumer and class, with the age of the oldest', async () => {
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
