import type { ReadBody } from './dead-letter-body.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  EVENTS,
  outboxOf,
  TASKS,
} from './dead-letters.fixture.js';
import { type ResubmitOptions, Review } from './review.js';
import type { ReviewError } from './review-error.js';

const LARGE = `{"parcelId":"parcel-1","notes":"${'x'.repeat(300_000)}"}`;
const dataref = 'file:///objects/parcel-1';
const attributes = { dataref, datadigest: 'sha-256=:abc=:' };

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

/** Stores a dead letter whose body is in the object store, as the claim check leaves it. */
async function collectClaimed(from = TASKS): Promise<{ id: string; messageId: string }> {
  const prefix = from.kind === 'topic' ? 'ce_' : 'cloudEvents:';
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prefix + name, value]));
  const deadLetter = aDeadLetter({ from, headers, body: '' });
  const [id] = await collect(database, deadLetter);
  return { id: id!, messageId: deadLetter.messageId };
}

const details = (id: string, readBody?: ReadBody) => new DeadLetterQueries({ readBody }).find(database.autocommit, id);
const review = new Review({
  validateBody: (type, body) => (String(body).startsWith('{') ? [] : [{ field: '', message: `not a ${type}` }]),
});
const resubmit = (id: string, options: Partial<ResubmitOptions> = {}) =>
  database.transaction((tx) => review.resubmit(tx, id, { by: 'ada', ...options }));
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ReviewError) => error.reason,
  );
const messagesAbout = async (messageId: string) =>
  (await outboxOf(database)).filter(({ id, headers }) => id === messageId || headers['correlation-id'] === messageId);

describe('a dead letter whose body is in the object store', () => {
  it.each([TASKS, EVENTS])('from a $kind is shown with that body', async (from) => {
    const { id } = await collectClaimed(from);
    const references: unknown[] = [];
    const deadLetter = await details(id, async (reference) => {
      references.push(reference);
      return Buffer.from(LARGE);
    });
    expect(references).toEqual([attributes]);
    expect(deadLetter).toMatchObject({ body: LARGE, bodyEncoding: 'utf-8', dataref, bodyUnavailable: null });
  });

  it('is shown as base64 when that body is not text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const deadLetter = await details((await collectClaimed()).id, async () => bytes);
    expect(deadLetter).toMatchObject({ body: bytes.toString('base64'), bodyEncoding: 'base64', dataref });
  });

  it('is shown without that body, and with the reason, when it cannot be read', async () => {
    const { id } = await collectClaimed();
    const gone = await details(id, () => Promise.reject(new Error('it is gone')));
    expect(gone).toMatchObject({ body: '', bodyEncoding: 'utf-8', dataref, bodyUnavailable: 'it is gone' });
    expect(gone).toMatchObject({ error: 'the scale does not answer', history: [{ event: 'failed' }] });

    const reason = `no object store is configured to read ${dataref} from`;
    expect(await details(id)).toMatchObject({ body: '', dataref, bodyUnavailable: reason });
  });

  it('is the only kind for which the object store is read', async () => {
    const [id] = await collect(database, aDeadLetter());
    const deadLetter = await details(id!, () => Promise.reject(new Error('must not be called')));
    expect(deadLetter).toMatchObject({ body: '{"parcelId":"parcel-1"}', dataref: null, bodyUnavailable: null });
  });
});

describe('resubmitting it', () => {
  it('sends the reference unchanged', async () => {
    const { id, messageId } = await collectClaimed();
    await resubmit(id);
    const [message] = await messagesAbout(messageId);
    expect(message!.body).toBe('');
    expect(message!.headers).toMatchObject({
      'cloudEvents:dataref': dataref,
      'cloudEvents:datadigest': attributes.datadigest,
    });
  });

  it('with an edited body sends that body, if it fits the type, without the reference', async () => {
    const { id, messageId } = await collectClaimed();
    expect(await errorOf(resubmit(id, { body: Buffer.from('no') }))).toBe('schema-mismatch');

    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    const [message, ...more] = await messagesAbout(messageId);
    expect(more).toEqual([]);
    expect(message!.body).toBe('{"parcelId":"p-2"}');
    expect(Object.keys(message!.headers).filter((name) => name.includes('data'))).toEqual([]);
    expect(message!.headers).toMatchObject({ 'cloudEvents:id': messageId, 'cloudEvents:subject': 'parcel-1' });
  });

  it('as an event notifies its group without a body, which it reads from the store again', async () => {
    const { id, messageId } = await collectClaimed(EVENTS);
    await resubmit(id);
    const [message] = await messagesAbout(messageId);
    expect(JSON.parse(message!.body)).not.toHaveProperty('body');
  });

  it('as an edited event sends its group the edited body', async () => {
    const { id, messageId } = await collectClaimed(EVENTS);
    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    const [message] = await messagesAbout(messageId);
    expect(Buffer.from(JSON.parse(message!.body).body, 'base64').toString()).toBe('{"parcelId":"p-2"}');
  });
});
