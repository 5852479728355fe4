import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderConfirmed, ReserveStock } from '@waybill/contracts';
import { ClaimCheck, FileObjectStore, messagingMigrations } from '@waybill/messaging';
import { migrateLibraries, type OutboxMessage, pgTx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { type Console, callApi, type DeadLetter, deadLetterOf, startConsole, withFailure } from './console.fixture.js';

let folder: string;
let store: FileObjectStore;
let console: Console;
/** The sending service's database. */
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

/** The headers with which a sender's claim check replaces these bytes. */
async function checkIn(bytes: Buffer, target: 'kafka' | 'rabbitmq' = 'rabbitmq'): Promise<Record<string, string>> {
  const tx = pgTx(sender.pool as never);
  const message: OutboxMessage = { id: '', target, destination: '', key: null, headers: {}, body: bytes };
  const { headers, body } = await new ClaimCheck({ store, database: tx }).check(tx, message);
  expect(body).toHaveLength(0);
  return headers;
}

const large = (body = task()) => Buffer.from(JSON.stringify({ ...body, notes: 'ö'.repeat(200 * KIB) }));

async function deadLetterWith(headers: Record<string, string>): Promise<DeadLetter> {
  const failure = withFailure().headers;
  const id = await console.rabbit.send(inQueue, task(), { bytes: '', headers: { ...headers, ...failure } });
  return deadLetterOf(console, id);
}

const resubmit = (deadLetter: DeadLetter, request?: object) =>
  callApi(console, 'POST', `/dead-letters/${deadLetter.id}/resubmit`, request);
const referencesIn = (headers: object) => Object.keys(headers).filter((name) => /data(ref|digest)/.test(name));

describe('a dead letter with a claim-checked body', () => {
  it('of a queue is shown with that body', async () => {
    const body = large();
    const headers = await checkIn(body);
    const deadLetter = await deadLetterWith(headers);
    expect(deadLetter).toMatchObject({ dataref: headers['cloudEvents:dataref'], bodyUnavailable: null });
    expect(deadLetter.body).toBe(body.toString());
  });

  it('of a topic is shown with that body', async () => {
    const body = large();
    const headers = { ...(await checkIn(body, 'kafka')), ...withFailure().headers };
    const id = await console.kafka.publish(inTopic, { orderId: 'o' } as OrderConfirmed, { bytes: '', headers });
    expect((await deadLetterOf(console, id)).body).toBe(body.toString());
  });

  it('is resubmitted with its reference unchanged', async () => {
    const headers = await checkIn(large());
    const deadLetter = await deadLetterWith(headers);
    expect((await resubmit(deadLetter)).status).toBe(202);
    const message = await console.rabbit.take('inventory.reserve');
    expect(message).toMatchObject({ id: deadLetter.messageId, headers, body: '' });
  });

  it('is resubmitted without its reference when its body is edited, if the edit fits the contract', async () => {
    const deadLetter = await deadLetterWith(await checkIn(large()));
    const rejected = await resubmit(deadLetter, { body: { orderId: 'x' } });
    expect([rejected.status, rejected.body.errors[0]!.field]).toEqual([400, 'body.orderId']);

    const edited = task();
    expect((await resubmit(deadLetter, { body: edited })).status).toBe(202);
    const message = await console.rabbit.take('inventory.reserve');
    expect([message.id, JSON.parse(message.body)]).toEqual([deadLetter.messageId, edited]);
    expect(referencesIn(message.headers)).toEqual([]);
  });
});

describe('an unavailable body', () => {
  const foreign = { 'cloudEvents:dataref': 'https://example.com/body', 'cloudEvents:datadigest': '' };

  it('is reported when it was deleted, with the rest of the dead letter', async () => {
    const headers = await checkIn(large());
    const dataref = headers['cloudEvents:dataref']!;
    await store.delete(dataref.slice(store.url.length));
    expect(await deadLetterWith(headers)).toMatchObject({
      error: 'no response',
      body: '',
      dataref,
      bodyUnavailable: `${dataref} is not in the object store, or no longer`,
    });
  });

  it.each([
    ['at another URL', foreign],
    ['in another folder', { ...foreign, 'cloudEvents:dataref': 'file:///etc/passwd' }],
  ])('is not fetched when it is stored %s', async (_, headers) => {
    const { body, bodyUnavailable } = await deadLetterWith(headers);
    expect([body, bodyUnavailable]).toEqual(['', expect.stringContaining('nothing is read from elsewhere')]);
  });

  it('is not fetched when its reference leads out of the store', async () => {
    const { bodyUnavailable } = await deadLetterWith({
      ...foreign,
      'cloudEvents:dataref': `${store.url}../../etc/passwd`,
    });
    expect(bodyUnavailable).toContain('nothing is read from elsewhere');
  });

  it('is reported when it is too large to show', async () => {
    const deadLetter = await deadLetterWith(await checkIn(Buffer.alloc(8 * KIB * KIB + 1, 'x')));
    expect([deadLetter.body, deadLetter.bodyUnavailable]).toEqual([
      '',
      expect.stringContaining('8388609 bytes, too large'),
    ]);
  });

  it('is reported when its bytes are not those that were sent', async () => {
    const headers = await checkIn(large());
    await store.put(headers['cloudEvents:dataref']!.slice(store.url.length), Buffer.from('{}'));
    expect((await deadLetterWith(headers)).bodyUnavailable).toContain('other bytes than were sent');
  });
});

describe('a console without an object store', () => {
  it('shows the dead letter, and that OBJECT_STORE is not set', async () => {
    const other = await startConsole();
    try {
      const headers = { ...(await checkIn(large())), ...withFailure().headers };
      const id = await other.rabbit.send(inQueue, task(), { bytes: '', headers });
      expect(await deadLetterOf(other, id)).toMatchObject({
        error: 'no response',
        body: '',
        bodyUnavailable: expect.stringContaining('OBJECT_STORE is not set'),
      });
    } finally {
      await other.stop();
    }
  });
});
