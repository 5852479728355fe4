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
import { parseDeadLetter, type RawDeadLetter } from './parse-dead-letter.js';

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

const collectOne = (deadLetter: CollectedDeadLetter) =>
  database.transaction((tx) => new DeadLetterStore().collect(tx, deadLetter));

async function detailsOf(deadLetter: CollectedDeadLetter): Promise<DeadLetterDetails> {
  const [id] = await collect(database, deadLetter);
  return (await new DeadLetterQueries().find(database.autocommit, id!))!;
}

describe('a collected dead letter', () => {
  it('keeps its message whole, with where, why, how often and when it failed', async () => {
    const deadLetter = aDeadLetter({ messageId: 'm-1', key: 'parcel-7', headers: { tenant: 'north' } });
    expect(await collectOne(deadLetter)).toBe('new');
    expect(await detailsOf(deadLetter)).toMatchObject({
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
      headers: { tenant: 'north', 'content-type': 'application/json' },
      body: '{"parcelId":"parcel-1"}',
      bodyEncoding: 'utf-8',
      history: [{ event: 'failed', by: 'parcels', detail: 'the scale does not answer' }],
    });
  });

  it('is stored once when its message is redelivered because its ACK was lost', async () => {
    const deadLetter = aDeadLetter();
    expect([await collectOne(deadLetter), await collectOne(deadLetter)]).toEqual(['new', 'known']);
    expect(await detailsOf(deadLetter)).toMatchObject({ version: 1, history: [{ event: 'failed' }] });
  });

  it('is stored once when eight processes collect it concurrently', async () => {
    const deadLetter = aDeadLetter();
    const collected = await Promise.all(Array.from({ length: 8 }, () => collectOne(deadLetter)));
    expect(collected.filter((how) => how === 'new')).toHaveLength(1);
    expect((await detailsOf(deadLetter)).history).toHaveLength(1);
  });

  it('is the same one when its message fails again, and its history has both failures', async () => {
    const first = aDeadLetter({ messageId: 'twice', error: 'first' });
    const second = aDeadLetter({
      messageId: 'twice',
      error: 'second',
      failedAt: '2026-01-02T00:00:00.000Z',
      body: 'new',
    });
    expect([await collectOne(first), await collectOne(second), await collectOne(first)]).toEqual([
      'new',
      'again',
      'known',
    ]);
    expect(await detailsOf(second)).toMatchObject({
      error: 'second',
      body: 'new',
      lastFailedAt: '2026-01-02T00:00:00.000Z',
      history: [{ detail: 'first' }, { detail: 'second' }],
    });
  });

  it('is stored once per consumer that dead-lettered the message', async () => {
    const other = { ...EVENTS, name: 'shop.events.stats-dlq', consumer: 'stats' };
    const collected = [
      aDeadLetter({ from: EVENTS, messageId: 'shared' }),
      aDeadLetter({ from: other, messageId: 'shared' }),
    ].map(collectOne);
    expect(await Promise.all(collected)).toEqual(['new', 'new']);
  });
});

describe('the store accepts', () => {
  const NOT_TEXT = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const unusual: Record<string, RawDeadLetter> = {
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
    'invalid failure headers': {
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

  it.each(Object.entries(unusual))('%s', async (_, raw) => {
    const deadLetter = parseDeadLetter(EVENTS, raw);
    expect(await collectOne(deadLetter)).toBe('new');
    expect(Buffer.from((await detailsOf(deadLetter)).body)).toEqual(raw.body);
  });

  it('bytes that are not text, and shows them as base64', async () => {
    const shown = await detailsOf(aDeadLetter({ body: NOT_TEXT }));
    expect(shown.bodyEncoding).toBe('base64');
    expect(Buffer.from(shown.body, 'base64')).toEqual(NOT_TEXT);
  });

  it('what the broker itself dead-lettered, with its reason', async () => {
    const death = '[{"reason":"delivery_limit","queue":"parcels.weigh","count":1}]';
    const deadLetter = parseDeadLetter(TASKS, {
      headers: { 'x-death': death },
      body: Buffer.from('{}'),
      messageId: 'dropped',
    });
    expect(await detailsOf(deadLetter)).toMatchObject({
      class: 'transient',
      error: expect.stringContaining('delivery_limit'),
    });
  });

  it('messages without an id, each as its own dead letter', async () => {
    const raw = (body: string) => ({ headers: {}, body: Buffer.from(body) });
    const deadLetters = [parseDeadLetter(TASKS, raw('one')), parseDeadLetter(TASKS, raw('two'))];
    expect([await collectOne(deadLetters[0]!), await collectOne(deadLetters[1]!)]).toEqual(['new', 'new']);
  });
});
