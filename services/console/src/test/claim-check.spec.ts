import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderConfirmed, ReserveStock } from '@waybill/contracts';
import { ClaimCheck, FileObjectStore, messagingMigrations } from '@waybill/messaging';
import { migrateLibraries, type OutboxMessage, pgTx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { ask, type Console, givenUp, type Letter, letterOf, startConsole } from './console.fixture.js';

let folder: string;
let store: FileObjectStore;
let console: Console;
/** Of the service that sends. */
let sender: FreshDatabase;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-objects-'));
  store = new FileObjectStore(folder);
  sender = await freshDatabase();
  await migrateLibraries(sender.pool, messagingMigrations);
  console = await startConsole({ config: { OBJECT_STORE: store } });
});
afterAll(async () => {
  await console.stop();
  await sender.drop();
  rmSync(folder, { recursive: true });
});

const KIB = 1_024;
const task = () => ({ orderId: crypto.randomUUID(), attempt: 1, items: [{ sku: 'BOOK-001', quantity: 1 }] });
const inQueue = { ...ReserveStock, destination: { name: 'inventory.reserve-dlq' } };
const inTopic = { ...OrderConfirmed, destination: { name: 'orders.events.analytics-dlq' } };

/** The headers that a sender's claim check leaves in place of these bytes. */
async function checkedIn(bytes: Buffer, target: 'kafka' | 'rabbitmq' = 'rabbitmq'): Promise<Record<string, string>> {
  const tx = pgTx(sender.pool as never);
  const message: OutboxMessage = { id: '', target, destination: '', key: null, headers: {}, body: bytes };
  const { headers, body } = await new ClaimCheck({ store, database: tx }).check(tx, message);
  expect(body).toHaveLength(0);
  return headers;
}

const large = (body = task()) => Buffer.from(JSON.stringify({ ...body, notes: 'ö'.repeat(200 * KIB) }));

async function giveUp(headers: Record<string, string>): Promise<Letter> {
  const failure = givenUp().headers;
  const id = await console.rabbit.send(inQueue, task(), { bytes: '', headers: { ...headers, ...failure } });
  return letterOf(console, id);
}

const resubmit = (letter: Letter, request?: object) =>
  ask(console, 'POST', `/dead-letters/${letter.id}/resubmit`, request);
const referring = (headers: object) => Object.keys(headers).filter((name) => /data(ref|digest)/.test(name));

describe('a dead letter whose body lies in the object store', () => {
  it('of a queue is shown with that body', async () => {
    const body = large();
    const headers = await checkedIn(body);
    const letter = await giveUp(headers);
    expect(letter).toMatchObject({ dataref: headers['cloudEvents:dataref'], bodyUnavailable: null });
    expect(letter.body).toBe(body.toString());
  });

  it('of a topic is shown with that body', async () => {
    const body = large();
    const headers = { ...(await checkedIn(body, 'kafka')), ...givenUp().headers };
    const id = await console.kafka.publish(inTopic, { orderId: 'o' } as OrderConfirmed, { bytes: '', headers });
    expect((await letterOf(console, id)).body).toBe(body.toString());
  });

  it('is resubmitted with its reference as it is', async () => {
    const headers = await checkedIn(large());
    const letter = await giveUp(headers);
    expect((await resubmit(letter)).status).toBe(202);
    const message = await console.rabbit.take('inventory.reserve');
    expect(message).toMatchObject({ id: letter.messageId, headers, body: '' });
  });

  it('is resubmitted edited without its reference, when the edit fits the contract', async () => {
    const letter = await giveUp(await checkedIn(large()));
    const refused = await resubmit(letter, { body: { orderId: 'x' } });
    expect([refused.status, refused.body.errors[0]!.field]).toEqual([400, 'body']);

    const edited = task();
    expect((await resubmit(letter, { body: edited })).status).toBe(202);
    const message = await console.rabbit.take('inventory.reserve');
    expect([message.id, JSON.parse(message.body)]).toEqual([letter.messageId, edited]);
    expect(referring(message.headers)).toEqual([]);
  });
});

describe('a body that can not be shown', () => {
  const foreign = { 'cloudEvents:dataref': 'https://example.com/body', 'cloudEvents:datadigest': '' };

  it('because it is gone is said so, and the rest is shown', async () => {
    const headers = await checkedIn(large());
    const dataref = headers['cloudEvents:dataref']!;
    await store.delete(dataref.slice(store.url.length));
    expect(await giveUp(headers)).toMatchObject({
      error: 'no answer',
      body: '',
      dataref,
      bodyUnavailable: `${dataref} is not in the object store, or no longer`,
    });
  });

  it.each([
    ['elsewhere', foreign],
    ['in another folder', { ...foreign, 'cloudEvents:dataref': 'file:///etc/passwd' }],
  ])('because it lies %s is not fetched', async (_, headers) => {
    const { body, bodyUnavailable } = await giveUp(headers);
    expect([body, bodyUnavailable]).toEqual(['', expect.stringContaining('nothing is taken from elsewhere')]);
  });

  it('because its reference leads out of the store is not fetched', async () => {
    const { bodyUnavailable } = await giveUp({ ...foreign, 'cloudEvents:dataref': `${store.url}../../etc/passwd` });
    expect(bodyUnavailable).toContain('nothing is taken from elsewhere');
  });

  it('because it is larger than the console can be asked for is said so', async () => {
    const letter = await giveUp(await checkedIn(Buffer.alloc(8 * KIB * KIB + 1, 'x')));
    expect([letter.body, letter.bodyUnavailable]).toEqual(['', expect.stringContaining('8388609 bytes, too large')]);
  });

  it('because it is not the one that was sent is said so', async () => {
    const headers = await checkedIn(large());
    await store.put(headers['cloudEvents:dataref']!.slice(store.url.length), Buffer.from('{}'));
    expect((await giveUp(headers)).bodyUnavailable).toContain('other bytes than were sent');
  });
});

describe('a console without an object store', () => {
  it('shows the letter, and says that it has none', async () => {
    const other = await startConsole();
    try {
      const headers = { ...(await checkedIn(large())), ...givenUp().headers };
      const id = await other.rabbit.send(inQueue, task(), { bytes: '', headers });
      expect(await letterOf(other, id)).toMatchObject({
        error: 'no answer',
        body: '',
        bodyUnavailable: expect.stringContaining('OBJECT_STORE is not set'),
      });
    } finally {
      await other.stop();
    }
  });
});
