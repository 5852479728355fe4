import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutboxRelay, pgTx } from '@waybill/outbox';
import { type FreshVhost, freshVhost, RabbitQueues, until } from '@waybill/testing';
import pg from 'pg';
import { z } from 'zod';
import { MessageOutbox } from '../calls/index.js';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { Handler } from '../handling/index.js';
import { failureOf } from '../outcomes/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import { Child } from '../test/child.fixture.js';
import type { ClaimingSettings } from '../test/dying-claimant.fixture.js';
import { type Responder, startResponder } from '../test/responder.fixture.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { ClaimCheck, type ClaimCheckOptions } from './claim-check.js';
import { ClaimCleanUp } from './claim-clean-up.js';
import { FileObjectStore } from './file-object-store.js';

const KIB = 1_024;
const queue = defineQueue({ name: 'papers' });
const schema = z.object({ title: z.string(), text: z.string() });
const subject = ({ title }: { title: string }) => title;
const Read = defineTask({ type: 'test.Read.v1', queue, subject, schema });
const Written = defineEvent({ type: 'test.Written.v1', topic: defineTopic({ name: 'papers' }), subject, schema });
const large = (title: string) => ({ title, text: 'ö'.repeat(200 * KIB) });

let vhost: FreshVhost;
let connection: AmqplibClient;
let queues: RabbitQueues;
let database: Awaited<ReturnType<typeof consumerDatabase>>;
let relay: OutboxRelay;
let publisher: RabbitPublisher;
let reader: Responder;
/** Connections beside the transactions', as `ClaimsService` has them. */
let beside: pg.Pool;
let folder: string;
let store: FileObjectStore;
let outbox: MessageOutbox;
let cleanUp: ClaimCleanUp;
let handle: Handler<typeof Read>['handle'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-claims-'));
  store = new FileObjectStore(folder);
  vhost = await freshVhost();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [queue]);
  database = await consumerDatabase();
  beside = new pg.Pool({ connectionString: database.url, max: 2 });
  outbox = outboxWith({});
  cleanUp = new ClaimCleanUp({ store, database, logger: quiet });
  publisher = new RabbitPublisher(connection);
  relay = new OutboxRelay({ connectionString: database.url, targets: { rabbitmq: publisher }, logger: quiet });
  await relay.start();
  reader = startResponder(connection, Read, (body, context) => handle(body, context), { database, objectStore: store });
});

beforeEach(() => {
  handle = async ({ title, text }, { tx }) => effect(tx, `${title}: ${text.length}`);
});

afterAll(async () => {
  await reader.stop();
  await relay.stop();
  await publisher.close();
  await Promise.all([connection.close(), queues.close()]);
  await beside.end();
  await database.drop();
  await vhost.drop();
  rmSync(folder, { recursive: true });
});

function outboxWith(options: Partial<ClaimCheckOptions>): MessageOutbox {
  return new MessageOutbox({
    source: '/writer',
    claimCheck: new ClaimCheck({ store, database: pgTx(beside as never), ...options }),
  });
}

const send = (body: z.infer<typeof schema>, by = outbox) => database.transaction((tx) => by.add(tx, Read.of(body)));
const untilEffect = (what: string) => until(what, async () => (await effects(database)).includes(what));
const objects = () => readdirSync(folder);
const claims = async () => (await database.pool.query<{ key: string }>('SELECT key FROM waybill.claims')).rows;
const aWeekPasses = (table = 'created_at') =>
  database.pool.query(`UPDATE waybill.claims SET ${table} = ${table} - interval '7 days'`);

describe('a body', () => {
  afterEach(async () => {
    await database.pool.query("UPDATE waybill.claims SET keep_until = '-infinity'");
    await cleanUp.clean();
  });

  it('of up to 256 KiB stays in its message', async () => {
    const text = 'x'.repeat(256 * KIB - JSON.stringify({ title: 'just', text: '' }).length);
    await send({ title: 'just', text });
    await untilEffect(`just: ${text.length}`);
    expect(objects()).toEqual([]);
  });

  it('over 256 KiB goes to the store, and the handler sees no difference', async () => {
    handle = async ({ title, text }, { tx, message }) => {
      await effect(tx, `${title}: ${text === large(title).text} ${message.bytes.length}`);
    };
    const text = 'x'.repeat(256 * KIB + 1 - JSON.stringify({ title: 'over', text: '' }).length);
    await send({ title: 'over', text });
    await send(large('large'));
    await untilEffect(`over: false ${256 * KIB + 1}`);
    await untilEffect(`large: true ${JSON.stringify(large('large')).length + 200 * KIB}`);
    expect(objects()).toHaveLength(2);
  });

  it('is referred to by CloudEvents dataref and its digest, on both brokers', async () => {
    await database.transaction(async (tx) => {
      await outbox.add(tx, Written.of(large('event')));
      const { rows } = await tx.query<{ headers: Record<string, string>; body: Buffer }>(
        "SELECT headers, body FROM waybill.outbox WHERE target = 'kafka'",
      );
      expect(rows[0]!.body.length).toBe(0);
      expect(rows[0]!.headers.ce_dataref).toBe(store.url + objects()[0]);
      expect(rows[0]!.headers.ce_datadigest).toMatch(/^sha-256=:[A-Za-z\d+/]{43}=:$/);
      await tx.query("DELETE FROM waybill.outbox WHERE target = 'kafka'");
    });
  });

  it('comes again with its message: each retry has it, and the dead letter has the reference', async () => {
    const attempts: number[] = [];
    handle = async ({ text }, { message }) => {
      attempts.push(text.length);
      expect(message.attempt).toBe(attempts.length);
      throw new Error('it never works');
    };
    await send(large('hopeless'));
    const deadLetter = await until('there is a dead letter', () => queues.take(`${queue.name}-dlq`));
    expect(attempts).toEqual(Array(4).fill(200 * KIB));
    expect(deadLetter.body.length).toBe(0);
    expect(deadLetter.properties.headers?.['cloudEvents:dataref']).toBe(store.url + objects()[0]);
  });
});

describe('a body that cannot be read from the store is a dead letter', () => {
  const deadLetter = async () => {
    const get = () => queues.take(`${queue.name}-dlq`);
    return failureOf((await until('there is a dead letter', get)).properties.headers ?? {});
  };
  const sendWith = async (change: (headers: Record<string, string>) => Record<string, string>) => {
    await database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('changed')));
      const { rows } = await tx.query<{ id: string; headers: Record<string, string> }>(
        'SELECT id, headers FROM waybill.outbox',
      );
      await tx.query('UPDATE waybill.outbox SET headers = $2 WHERE id = $1', [
        rows[0]!.id,
        JSON.stringify(change(rows[0]!.headers)),
      ]);
    });
  };

  it('at once when its bytes have another digest', async () => {
    await database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('forged')));
      const { rows } = await tx.query<{ key: string }>(
        'SELECT key FROM waybill.claims ORDER BY created_at DESC LIMIT 1',
      );
      writeFileSync(join(folder, rows[0]!.key), JSON.stringify(large('other')));
    });
    expect(await deadLetter()).toMatchObject({ class: 'malformed', attempts: 1 });
  });

  it.each([
    ['is elsewhere', 'https://example.com/0197f0a0-0000-7000-8000-000000000000'],
    ['leads out of the store', `${'file:///'}etc/passwd`],
    ['is no valid key', 'up'],
  ])('at once when the reference %s', async (_, dataref) => {
    await sendWith((headers) => ({
      ...headers,
      'cloudEvents:dataref': dataref === 'up' ? `${store.url}../passwd` : dataref,
    }));
    expect(await deadLetter()).toMatchObject({ class: 'malformed', attempts: 1 });
  });

  it('after its retries when it is missing, because it may appear soon', async () => {
    await database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('gone')));
      const { rows } = await tx.query<{ key: string }>(
        'SELECT key FROM waybill.claims ORDER BY created_at DESC LIMIT 1',
      );
      await store.delete(rows[0]!.key);
    });
    expect(await deadLetter()).toMatchObject({ class: 'transient', attempts: 4 });
  });
});

describe('the clean-up', () => {
  beforeEach(async () => {
    await database.pool.query("UPDATE waybill.claims SET keep_until = '-infinity'");
    await cleanUp.clean();
    expect([objects(), await claims()]).toEqual([[], []]);
  });

  it('keeps what a committed message refers to, for its retention', async () => {
    await send(large('kept'));
    await untilEffect(`kept: ${200 * KIB}`);
    await aWeekPasses();
    expect(await cleanUp.clean()).toBe(0);
    expect(objects()).toHaveLength(1);
  });

  it("removes a task's body after 30 days, and an event's after its topic's retention", async () => {
    const brief = outboxWith({ eventRetention: 60_000 });
    await database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('a task')), Written.of(large('an event for ever')));
      await brief.add(tx, Written.of(large('an event for a minute')));
      await tx.query('DELETE FROM waybill.outbox');
    });
    expect(await cleanUp.clean()).toBe(0);
    await aWeekPasses('keep_until');
    expect([await cleanUp.clean(), objects().length]).toEqual([1, 2]);
    for (let week = 0; week < 4; week++) await aWeekPasses('keep_until');
    expect([await cleanUp.clean(), objects().length]).toEqual([1, 1]);
  });

  it('keeps the body of an event on a compacted topic, whatever the retention', async () => {
    const brief = outboxWith({ eventRetention: 60_000, compactedTopics: ['papers'] });
    await database.transaction(async (tx) => {
      await brief.add(tx, Written.of(large('the last of its key')));
      await tx.query('DELETE FROM waybill.outbox');
    });
    for (let week = 0; week < 8; week++) await aWeekPasses('keep_until');
    expect([await cleanUp.clean(), objects().length]).toEqual([0, 1]);
  });

  it('removes the upload of a transaction that rolled back, after its grace period', async () => {
    const failing = database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('undone')));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect([await cleanUp.clean(), objects().length]).toEqual([0, 1]);
    await aWeekPasses();
    expect([await cleanUp.clean(), objects().length, await claims()]).toEqual([1, 0, []]);
  });

  it('skips a transaction that is still open, however old it is', async () => {
    await database.transaction(async (tx) => {
      await outbox.add(tx, Read.of(large('slow')));
      await tx.query("UPDATE waybill.claims SET created_at = created_at - interval '7 days'");
      expect([await cleanUp.clean(), objects().length]).toEqual([0, 1]);
    });
    await untilEffect(`slow: ${200 * KIB}`);
  });

  it('fails the transaction of an upload that it removed, so that no message lacks its body', async () => {
    const slowStore = Object.assign(Object.create(store) as FileObjectStore, {
      async put(key: string, bytes: Uint8Array) {
        await store.put(key, bytes);
        await aWeekPasses();
        await cleanUp.clean();
      },
    });
    await expect(send(large('too slow'), outboxWith({ store: slowStore }))).rejects.toThrow(
      'removed before its message',
    );
    expect(
      (await database.pool.query("SELECT FROM waybill.outbox WHERE headers->>'cloudEvents:subject' = 'too slow'"))
        .rowCount,
    ).toBe(0);
  });

  it('may run in many processes concurrently, and continues where one died', async () => {
    const failing = (title: string) =>
      database.transaction(async (tx) => {
        await outbox.add(tx, Read.of(large(title)));
        throw new Error('no');
      });
    for (let n = 0; n < 10; n++) await failing(`orphan ${n}`).catch(() => {});
    await aWeekPasses();
    let deletes = 0;
    const dying = Object.assign(Object.create(store) as FileObjectStore, {
      async delete(key: string) {
        await store.delete(key);
        if (++deletes === 5) throw new Error('the process dies');
      },
    });
    await expect(new ClaimCleanUp({ store: dying, database, logger: quiet }).clean()).rejects.toThrow('dies');
    const removed = await Promise.all([cleanUp.clean(), cleanUp.clean(), cleanUp.clean()]);
    expect(removed.reduce((sum, count) => sum + count)).toBe(10);
    expect([objects(), await claims()]).toEqual([[], []]);
  });

  describe('after a process was killed', () => {
    it.each(['after the upload', 'before the commit'] as const)(
      '%s removes the orphan, and there is no message',
      async (stopAt) => {
        const settings: ClaimingSettings = { databaseUrl: database.url, folder, stopAt };
        const child = Child.run('./dying-claimant.fixture.js', settings);
        await child.untilPrinted('paused');
        await child.kill();
        expect(objects()).toHaveLength(1);
        await until('the killed transaction is over', async () => {
          await aWeekPasses();
          await cleanUp.clean();
          return objects().length === 0;
        });
        expect(await claims()).toEqual([]);
        const { rowCount } = await database.pool.query(
          "SELECT FROM waybill.outbox WHERE headers->>'cloudEvents:subject' = 'dying'",
        );
        expect(rowCount).toBe(0);
        expect(existsSync(folder)).toBe(true);
      },
    );
  });
});

it('more transactions with large bodies than the pool has connections do not wait for each other', async () => {
  const titles = Array.from({ length: 40 }, (_, n) => `crowd ${n}`);
  await Promise.all(titles.map((title) => send(large(title))));
  for (const title of titles) await untilEffect(`${title}: ${200 * KIB}`);
});
