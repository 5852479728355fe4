import { collectedDeadLetter, type RawDeadLetter } from './collected-dead-letter.js';
import type { CollectedDeadLetter, DeadLetterDetails } from './dead-letter.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { DeadLetterStore } from './dead-letter-store.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  EVENTS,
  TASKS,
} from './dead-letters.fixture.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

const take = (deadLetter: CollectedDeadLetter) =>
  database.transaction((tx) => new DeadLetterStore().collect(tx, deadLetter));

async function found(deadLetter: CollectedDeadLetter): Promise<DeadLetterDetails> {
  const [id] = await collect(database, deadLetter);
  return (await new DeadLetterQueries().find(database.autocommit, id!))!;
}

describe('a dead letter that is taken in', () => {
  it('is kept whole, with where, why, how often and when', async () => {
    const deadLetter = aDeadLetter({ messageId: 'm-1', key: 'parcel-7', headers: { tenant: 'acme' } });
    expect(await take(deadLetter)).toBe('new');
    expect(await found(deadLetter)).toMatchObject({
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
    const deadLetter = aDeadLetter();
    expect([await take(deadLetter), await take(deadLetter)]).toEqual(['new', 'known']);
    expect(await found(deadLetter)).toMatchObject({ version: 1, history: [{ act: 'failed' }] });
  });

  it('is there once, though two processes take it in at the same moment', async () => {
    const deadLetter = aDeadLetter();
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(deadLetter)));
    expect(taken.filter((how) => how === 'new')).toHaveLength(1);
    expect((await found(deadLetter)).history).toHaveLength(1);
  });

  it('is the same one when its message fails again, and tells of both failures', async () => {
    const first = aDeadLetter({ messageId: 'twice', error: 'first' });
    const second = aDeadLetter({
      messageId: 'twice',
      error: 'second',
      failedAt: '2026-01-02T00:00:00.000Z',
      body: 'new',
    });
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
    const taken = [
      aDeadLetter({ at: EVENTS, messageId: 'shared' }),
      aDeadLetter({ at: other, messageId: 'shared' }),
    ].map(take);
    expect(await Promise.all(taken)).toEqual(['new', 'new']);
  });
});

describe('whatever is found among the dead letters can be taken in', () => {
  const NOT_TEXT = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const strange: Record<string, RawDeadLetter> = {
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
    const deadLetter = collectedDeadLetter(EVENTS, raw);
    expect(await take(deadLetter)).toBe('new');
    expect(Buffer.from((await found(deadLetter)).body)).toEqual(raw.body);
  });

  it('bytes that are no text, which are shown as base64', async () => {
    const shown = await found(aDeadLetter({ body: NOT_TEXT }));
    expect(shown.bodyEncoding).toBe('base64');
    expect(Buffer.from(shown.body, 'base64')).toEqual(NOT_TEXT);
  });

  it('what the broker itself has set aside, with its reason', async () => {
    const death = '[{"reason":"delivery_limit","queue":"parcels.weigh","count":1}]';
    const deadLetter = collectedDeadLetter(TASKS, {
      headers: { 'x-death': death },
      body: Buffer.from('{}'),
      messageId: 'dropped',
    });
    expect(await found(deadLetter)).toMatchObject({
      class: 'transient',
      error: expect.stringContaining('delivery_limit'),
    });
  });

  it('messages without an id, each by itself', async () => {
    const raw = (body: string) => ({ headers: {}, body: Buffer.from(body) });
    const deadLetters = [collectedDeadLetter(TASKS, raw('one')), collectedDeadLetter(TASKS, raw('two'))];
    expect([await take(deadLetters[0]!), await take(deadLetters[1]!)]).toEqual(['new', 'new']);
  });
});
