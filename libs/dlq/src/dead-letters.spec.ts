import { DeadLetterQueries } from './dead-letter-queries.js';
import { DeadLetters } from './dead-letters.js';
import { foundLetter, type RawLetter } from './found-letter.js';
import type { DeadLetterInFull, FoundLetter } from './letter.js';
import { aLetter, EVENTS, type LetterBench, letterDatabase, TASKS, takeIn } from './letters.fixture.js';

let database: LetterBench;
beforeAll(async () => {
  database = await letterDatabase();
});
afterAll(() => database.drop());

const take = (letter: FoundLetter) => database.transaction((tx) => new DeadLetters().takeIn(tx, letter));

async function found(letter: FoundLetter): Promise<DeadLetterInFull> {
  const [id] = await takeIn(database, letter);
  return (await new DeadLetterQueries().find(database.autocommit, id!))!;
}

describe('a dead letter that is taken in', () => {
  it('is kept whole, with where, why, how often and when', async () => {
    const letter = aLetter({ messageId: 'm-1', key: 'parcel-7', headers: { tenant: 'acme' } });
    expect(await take(letter)).toBe('new');
    expect(await found(letter)).toMatchObject({
      source: 'parcels.weigh',
      consumer: 'parcels',
      class: 'transient',
      error: 'the scale does not answer',
      stack: expect.stringContaining('weigh.js'),
      attempts: 4,
      messageId: 'm-1',
      type: 'parcels.Weigh.v1',
      key: 'parcel-7',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      firstFailedAt: '2026-01-01T00:00:00.000Z',
      lastFailedAt: '2026-01-01T00:00:11.000Z',
      status: 'waiting',
      resubmissions: 0,
      headers: { tenant: 'acme', 'content-type': 'application/json' },
      body: '{"parcelId":"parcel-1"}',
      bodyEncoding: 'utf-8',
      history: [{ act: 'failed', by: 'parcels', detail: 'the scale does not answer' }],
    });
  });

  it('is there once, though its message comes again because its ACK was lost', async () => {
    const letter = aLetter();
    expect([await take(letter), await take(letter)]).toEqual(['new', 'known']);
    expect(await found(letter)).toMatchObject({ version: 1, history: [{ act: 'failed' }] });
  });

  it('is there once, though two processes take it in at the same moment', async () => {
    const letter = aLetter();
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(letter)));
    expect(taken.filter((how) => how === 'new')).toHaveLength(1);
    expect((await found(letter)).history).toHaveLength(1);
  });

  it('is the same one when its message fails again, and tells of both failures', async () => {
    const first = aLetter({ messageId: 'twice', error: 'first' });
    const second = aLetter({ messageId: 'twice', error: 'second', failedAt: '2026-01-02T00:00:00.000Z', body: 'new' });
    expect([await take(first), await take(second), await take(first)]).toEqual(['new', 'again', 'known']);
    expect(await found(second)).toMatchObject({
      error: 'second',
      body: 'new',
      lastFailedAt: '2026-01-02T00:00:00.000Z',
      history: [{ detail: 'first' }, { detail: 'second' }],
    });
  });

  it('is one for each consumer that gave the same message up', async () => {
    const other = { ...EVENTS, name: 'shop.events.stats-dlq', consumer: 'stats' };
    const taken = [aLetter({ at: EVENTS, messageId: 'shared' }), aLetter({ at: other, messageId: 'shared' })].map(take);
    expect(await Promise.all(taken)).toEqual(['new', 'new']);
  });
});

describe('whatever is found among the dead letters can be taken in', () => {
  const NOT_TEXT = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const strange: Record<string, RawLetter> = {
    'an empty body': { headers: {}, body: Buffer.alloc(0), messageId: crypto.randomUUID() },
    'no id, no type, no reason': { headers: {}, body: Buffer.from('hello') },
    'two megabytes': { headers: {}, body: Buffer.alloc(2_000_000, 'x'), messageId: crypto.randomUUID() },
    'NUL everywhere': {
      headers: {
        'a\0': '\0',
        'x-waybill-source': 's',
        'x-waybill-consumer': 'c',
        'x-waybill-class': 'malformed',
        'x-waybill-error': '\0',
      },
      body: Buffer.from('a\0b'),
      messageId: 'm\0',
      type: '\0',
    },
    'names of any length': {
      headers: { ce_id: 'i'.repeat(50_000), ce_type: 't'.repeat(50_000) },
      body: Buffer.from('{'),
      key: 'k'.repeat(50_000),
    },
    'a failure that makes no sense': {
      headers: {
        'x-waybill-source': 's',
        'x-waybill-consumer': 'c',
        'x-waybill-class': 'cosmic',
        'x-waybill-attempts': 'many',
        'x-waybill-first-failed-at': 'yesterday',
        'x-waybill-last-failed-at': '+123456-01-01T00:00:00.000Z',
      },
      body: Buffer.from('{}'),
      messageId: crypto.randomUUID(),
    },
  };

  it.each(Object.entries(strange))('%s', async (_, raw) => {
    const letter = foundLetter(EVENTS, raw);
    expect(await take(letter)).toBe('new');
    expect(Buffer.from((await found(letter)).body)).toEqual(raw.body);
  });

  it('bytes that are no text, which are shown as base64', async () => {
    const shown = await found(aLetter({ body: NOT_TEXT }));
    expect(shown.bodyEncoding).toBe('base64');
    expect(Buffer.from(shown.body, 'base64')).toEqual(NOT_TEXT);
  });

  it('what the broker itself has set aside, with its reason', async () => {
    const death = '[{"reason":"delivery_limit","queue":"parcels.weigh","count":1}]';
    const letter = foundLetter(TASKS, { headers: { 'x-death': death }, body: Buffer.from('{}'), messageId: 'dropped' });
    expect(await found(letter)).toMatchObject({ class: 'transient', error: expect.stringContaining('delivery_limit') });
  });

  it('messages without an id, each by itself', async () => {
    const raw = (body: string) => ({ headers: {}, body: Buffer.from(body) });
    const letters = [foundLetter(TASKS, raw('one')), foundLetter(TASKS, raw('two'))];
    expect([await take(letters[0]!), await take(letters[1]!)]).toEqual(['new', 'new']);
  });
});
