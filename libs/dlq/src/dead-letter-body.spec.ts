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
import { type ResubmitDecision, Review } from './review.js';
import { type ReviewError } from './review-error.js';

const LARGE = `{"parcelId":"parcel-1","notes":"${'x'.repeat(300_000)}"}`;
const dataref = 'file:///objects/parcel-1';
const attributes = { dataref, datadigest: 'sha-256=:abc=:' };

let database: DeadLetterHarness;
beforeAll(async () => {
  database = await deadLetterDatabase();
});
afterAll(() => database.drop());

/** A dead letter whose body lies elsewhere, as the claim check leaves it. */
async function claimed(at = TASKS): Promise<{ id: string; messageId: string }> {
  const prefix = at.kind === 'topic' ? 'ce_' : 'cloudEvents:';
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prefix + name, value]));
  const deadLetter = aDeadLetter({ at, headers, body: '' });
  const [id] = await collect(database, deadLetter);
  return { id: id!, messageId: deadLetter.messageId };
}

const show = (id: string, bodyOf?: ReadBody) => new DeadLetterQueries({ bodyOf }).find(database.autocommit, id);
const review = new Review({
  validateBody: (type, body) => (String(body).startsWith('{') ? undefined : `not a ${type}`),
});
const resubmit = (id: string, decision: Partial<ResubmitDecision> = {}) =>
  database.transaction((tx) => review.resubmit(tx, id, { by: 'ada', ...decision }));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ReviewError) => error.reason,
  );
const messagesAbout = async (messageId: string) =>
  (await outboxOf(database)).filter(({ id, headers }) => id === messageId || headers['correlation-id'] === messageId);

describe('a dead letter whose body lies outside of its message', () => {
  it.each([TASKS, EVENTS])('is shown with that body, of a $kind', async (at) => {
    const { id } = await claimed(at);
    const asked: unknown[] = [];
    const deadLetter = await show(id, async (reference) => {
      asked.push(reference);
      return Buffer.from(LARGE);
    });
    expect(asked).toEqual([attributes]);
    expect(deadLetter).toMatchObject({ body: LARGE, bodyEncoding: 'utf-8', dataref, bodyUnavailable: null });
  });

  it('is shown as base64 when that is no text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const deadLetter = await show((await claimed()).id, async () => bytes);
    expect(deadLetter).toMatchObject({ body: bytes.toString('base64'), bodyEncoding: 'base64', dataref });
  });

  it('is shown without it when it can not be had, and says why', async () => {
    const { id } = await claimed();
    const gone = await show(id, () => Promise.reject(new Error('it is gone')));
    expect(gone).toMatchObject({ body: '', bodyEncoding: 'utf-8', dataref, bodyUnavailable: 'it is gone' });
    expect(gone).toMatchObject({ error: 'the scale does not answer', history: [{ act: 'failed' }] });

    const reason = `no object store is configured to read ${dataref} from`;
    expect(await show(id)).toMatchObject({ body: '', dataref, bodyUnavailable: reason });
  });

  it('leaves the others as they are: nothing is looked for elsewhere', async () => {
    const [id] = await collect(database, aDeadLetter());
    const deadLetter = await show(id!, () => Promise.reject(new Error('nobody asks')));
    expect(deadLetter).toMatchObject({ body: '{"parcelId":"parcel-1"}', dataref: null, bodyUnavailable: null });
  });
});

describe('resubmitting it', () => {
  it('sends the reference as it is', async () => {
    const { id, messageId } = await claimed();
    await resubmit(id);
    const [message] = await messagesAbout(messageId);
    expect(message!.body).toBe('');
    expect(message!.headers).toMatchObject({
      'cloudEvents:dataref': dataref,
      'cloudEvents:datadigest': attributes.datadigest,
    });
  });

  it('edited sends the edited body, when it fits its type, and no reference', async () => {
    const { id, messageId } = await claimed();
    expect(await refusal(resubmit(id, { body: Buffer.from('no') }))).toBe('schema-mismatch');

    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    const [message, ...more] = await messagesAbout(messageId);
    expect(more).toEqual([]);
    expect(message!.body).toBe('{"parcelId":"p-2"}');
    expect(Object.keys(message!.headers).filter((name) => name.includes('data'))).toEqual([]);
    expect(message!.headers).toMatchObject({ 'cloudEvents:id': messageId, 'cloudEvents:subject': 'parcel-1' });
  });

  it('of an event tells its group to take it from there again', async () => {
    const { id, messageId } = await claimed(EVENTS);
    await resubmit(id);
    const [message] = await messagesAbout(messageId);
    expect(JSON.parse(message!.body)).not.toHaveProperty('body');
  });

  it('of an event edited tells its group the edited body', async () => {
    const { id, messageId } = await claimed(EVENTS);
    await resubmit(id, { body: Buffer.from('{"parcelId":"p-2"}') });
    const [message] = await messagesAbout(messageId);
    expect(Buffer.from(JSON.parse(message!.body).body, 'base64').toString()).toBe('{"parcelId":"p-2"}');
  });
});
