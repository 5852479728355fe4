import {
  migrateLibraries,
  type OutboxMessage,
  OutboxRelay,
  outboxMigrations,
  PostgresOutbox,
  type Publisher,
  type PublishOutcome,
  pgTx,
} from '@waybill/outbox';
import { freshDatabase, type TcpProxy, transaction, until } from '@waybill/testing';
import { quiet } from './workbench.fixture.js';

/** What differs between targets. */
export interface PublisherPromises {
  /** The key is stored with the message; elsewhere it only orders messages. */
  storesKeys: boolean;
  /** Messages of a key are stored in their order. Default true. */
  keepsKeysInOrder?: boolean;
  /** The same key goes to the partition that Java's client chooses of 6; a message without one goes to the same one when it is sent again. */
  partitionsAsJava: boolean;
  /** How long the broker knows the ids of what it has stored, in ms: what is sent again by then is stored once. 0: it knows none. */
  deduplicationWindow: number;
  /** A body of so many bytes is always rejected. */
  tooLarge: number;
  /** Reasons why a destination may accept nothing. */
  blocks: string[];
  /** Back-pressure: a full destination is one more of them. Elsewhere it has no bound. */
  rejectsWhenFull: boolean;
}

/** A broker as the suite needs it. */
export interface TargetUnderTest {
  target: string;
  promises: PublisherPromises;
  open(): Promise<OpenBroker>;
}

export interface OpenBroker {
  /** Between the publishers and the broker. */
  proxy: TcpProxy;
  /** A publisher as services use it. */
  publisher(): Publisher & { close(): Promise<void> };
  /** A new destination that accepts everything. */
  destination(): Promise<string>;
  /** A new destination that accepts nothing because it is, e.g., missing. The publisher may have used it before. */
  blocked(because: string, publisher: Publisher): Promise<BlockedDestination>;
  /** All that the broker has confirmed there so far, each key's messages in their order. */
  stored(destination: string): Promise<StoredMessage[]>;
  close(): Promise<void>;
}

export interface BlockedDestination {
  name: string;
  /** From now on it accepts everything. */
  release(): Promise<void>;
}

export interface StoredMessage {
  id: string;
  key: string | null;
  headers: Record<string, string>;
  body: Buffer;
  partition?: number;
}

/** What Kafka's own test of Utils.murmur2 expects. */
const JAVA_HASHES = {
  '21': -973932308,
  foobar: -790332482,
  'a-little-bit-long-string': -985981536,
  'a-little-bit-longer-string': -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
};

const PUBLISHED: PublishOutcome = { status: 'published' };
const BLOCKED = { status: 'blocked', reason: expect.stringMatching(/./) };
const REJECTED = { status: 'rejected', reason: expect.stringMatching(/./) };

/** The contract of `Publisher` in @waybill/outbox, and the further promises that this one declares. */
export function keepsPublisherPromises(client: string, { target, promises, open }: TargetUnderTest): void {
  const blocks = [...promises.blocks, ...(promises.rejectsWhenFull ? ['full'] : [])];
  describe(`publishing to ${target} by ${client}`, () => {
    let broker: OpenBroker;
    let publisher: ReturnType<OpenBroker['publisher']>;
    let destination: string;
    let first: string;
    beforeAll(async () => {
      broker = await open();
      first = await broker.destination();
    });
    beforeEach(async () => {
      publisher = broker.publisher();
      destination = await broker.destination();
      await publishInTheEnd([message({ destination: first })]); // connected: on a busy machine that takes a while
    });
    afterEach(async () => {
      broker.proxy.restore();
      await publisher.close();
    });
    afterAll(() => broker.close());

    const message = (changes: Partial<OutboxMessage> = {}): OutboxMessage => {
      const id = crypto.randomUUID();
      const headers = { 'content-type': 'application/json', ce_id: id, 'cloudEvents:id': id };
      return { id, target, destination, key: 'k', headers, body: Buffer.from(`{"id":"${id}"}`), ...changes };
    };
    const batchOf = (count: number, keys = 5) =>
      Array.from({ length: count }, (_, n) => message({ key: `k${n % keys}` }));
    const publish = (messages: OutboxMessage[]) => publisher.publish(messages);
    /** As a relay does: repeats the call until the broker has confirmed. */
    const publishInTheEnd = (messages: OutboxMessage[]) => until('the broker confirms', () => publish(messages));

    /** All of them are there, those of a key in their order. Duplicates count by their first copy. */
    async function expectStored(messages: OutboxMessage[]): Promise<void> {
      for (const [name, sent] of Map.groupBy(messages, (each) => each.destination)) {
        const arrived = [...new Set((await broker.stored(name)).map(({ id }) => id))];
        for (const ofKey of Map.groupBy(sent, ({ key }) => key).values()) {
          const ids = ofKey.map(({ id }) => id);
          const found = arrived.filter((id) => ids.includes(id));
          if (promises.keepsKeysInOrder ?? true) expect(found).toEqual(ids);
          else expect(found.sort()).toEqual(ids.sort());
        }
      }
    }

    it('resolves with an outcome for each when the broker has stored them, once and in order for each key', async () => {
      const other = await broker.destination();
      const messages = batchOf(300, 7).map((each, n) => (n % 3 ? each : { ...each, destination: other }));
      expect(await publish(messages)).toEqual(messages.map(() => PUBLISHED));
      await expectStored(messages);
      expect(await broker.stored(destination)).toHaveLength(200);
      expect(await broker.stored(other)).toHaveLength(100);
    });

    it('keeps the order from call to call', async () => {
      const messages = batchOf(100);
      for (let n = 0; n < messages.length; n += 10) await publish(messages.slice(n, n + 10));
      await expectStored(messages);
    });

    it('accepts an empty batch', async () => {
      expect(await publish([])).toEqual([]);
    });

    it.each([
      ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ['none', Buffer.alloc(0)],
      ['more than a frame', Buffer.alloc(300_000, 'ab')],
    ])('leaves a body as it is: %s', async (_, body) => {
      await publish([message({ body })]);
      const [stored] = await broker.stored(destination);
      expect(stored!.body.equals(body)).toBe(true);
    });

    it('leaves headers as they are, and the key where it is stored', async () => {
      const sent = message({ key: 'Grüße 1' });
      Object.assign(sent.headers, { 'content-type': 'text/plain', 'x-why': '„not“ ASCII ✓', 'x-empty': '' });
      await publish([sent]);
      const [stored] = await broker.stored(destination);
      expect(stored).toMatchObject({ id: sent.id, headers: sent.headers });
      expect(stored!.key).toBe(promises.storesKeys ? sent.key : null);
    });

    it('accepts messages without a key, none of which delays another', async () => {
      const messages = Array.from({ length: 20 }, () => message({ key: null }));
      expect(await publish(messages)).toEqual(messages.map(() => PUBLISHED));
      const stored = await broker.stored(destination);
      expect(stored.map(({ id }) => id).sort()).toEqual(messages.map(({ id }) => id).sort());
      expect(stored.every(({ key }) => key === null)).toBe(true);
    });

    it('keeps the id of what is published again', async () => {
      const messages = batchOf(3);
      await publish(messages);
      await publish(messages);
      const ids = messages.map(({ id }) => id);
      const expected = promises.deduplicationWindow > 0 ? ids : [...ids, ...ids];
      expect((await broker.stored(destination)).map(({ id }) => id).sort()).toEqual(expected.sort());
    });

    it.each(blocks)('blocks what goes to a destination that is %s, and nothing else', async (state) => {
      const blocked = await broker.blocked(state, publisher);
      const messages = Array.from({ length: 6 }, (_, n) => message(n % 2 ? {} : { destination: blocked.name }));
      const outcomes = messages.map((_, n) => (n % 2 ? PUBLISHED : BLOCKED));
      expect(await publish(messages)).toEqual(outcomes);
      expect(await publish(messages)).toEqual(outcomes);
      expect(await publish(messages.filter((_, n) => n % 2 === 0))).toEqual([BLOCKED, BLOCKED, BLOCKED]);

      await blocked.release();
      const isPublished = ({ status }: PublishOutcome) => status === 'published';
      await until('it accepts messages', async () => (await publish(messages)).every(isPublished));
      await expectStored(messages);
    });

    if (promises.partitionsAsJava) {
      it("chooses a key's partition as Java's client does", async () => {
        await publish(Object.keys(JAVA_HASHES).map((key) => message({ key })));
        const partitions = (await broker.stored(destination)).map(({ key, partition }) => [key, partition]);
        const toPositive = (hash: number) => hash & 0x7fffffff;
        expect(Object.fromEntries(partitions)).toEqual(
          Object.fromEntries(Object.entries(JAVA_HASHES).map(([key, hash]) => [key, toPositive(hash) % 6])),
        );
      });

      it('spreads messages without a key, and sends each to the same partition again', async () => {
        const messages = Array.from({ length: 61 }, (_, n) => message({ key: null, body: Buffer.from(`${n}`) }));
        await publish(messages);
        await publish(messages);
        const stored = await broker.stored(destination);
        const places = new Set(stored.map(({ body, partition }) => `${body} in ${partition}`));
        expect(places.size).toBe(61);
        expect(new Set(stored.map(({ partition }) => partition)).size).toBe(6);
      });
    }

    it('rejects what is too large, and publishes what is before and behind it', async () => {
      const tooLarge = message({ body: Buffer.alloc(promises.tooLarge) });
      const [before, behind] = [message(), message()];
      expect(await publish([before, tooLarge, behind])).toEqual([PUBLISHED, REJECTED, PUBLISHED]);
      expect(await publish([tooLarge])).toEqual([REJECTED]);
      await expectStored([before, behind]);
    });

    it('publishes a batch that is large in sum', async () => {
      const messages = Array.from({ length: 30 }, (_, n) => message({ key: `${n % 2}`, body: Buffer.alloc(200_000) }));
      expect(await publish(messages)).toEqual(messages.map(() => PUBLISHED));
      await expectStored(messages);
      expect(await broker.stored(destination)).toHaveLength(30);
    });

    it('rejects while the broker is unavailable, and publishes the same in order when it is back', async () => {
      const [before, messages] = [batchOf(10), batchOf(50)];
      await publish(before);
      broker.proxy.cut();
      await expect(publish(messages)).rejects.toThrow();
      await expect(publish(messages)).rejects.toThrow();
      broker.proxy.restore();
      await publishInTheEnd(messages);
      await expectStored([...before, ...messages]);
    });

    it('rejects when the connection breaks before the confirms come, and keeps order and ids in the next try', async () => {
      const messages = batchOf(50);
      await publish([message()]); // connects
      broker.proxy.holdResponses();
      const publishing = publish(messages).catch(() => 'rejected');
      await until('the broker has something of it', async () => (await broker.stored(destination)).length > 1);
      broker.proxy.cut();
      expect(await publishing).toBe('rejected');
      broker.proxy.restore();
      await publishInTheEnd(messages);
      await expectStored(messages);
    });

    it('times out on a paused broker, connected or not, and publishes the same in order when it resumes', async () => {
      const [messages, others] = [batchOf(50), batchOf(50)];
      const another = broker.publisher();
      await publish([message()]);
      broker.proxy.holdEverything();
      const started = performance.now();
      const tries = await Promise.allSettled([publish(messages), another.publish(others)]);
      expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(performance.now() - started).toBeLessThan(20_000);

      broker.proxy.restore();
      await publishInTheEnd([...messages, ...others, message()]);
      for (const batch of [messages, others]) await expectStored(batch);
      await another.close();
    });

    it('carries an outbox in order while its connections break', async () => {
      const database = await freshDatabase();
      await migrateLibraries(database.pool, outboxMigrations);
      const messages = batchOf(600, 20);
      const outbox = new PostgresOutbox();
      for (let n = 0; n < messages.length; n += 100)
        await transaction(database.pool, (client) => outbox.add(pgTx(client), ...messages.slice(n, n + 100)));

      const targets = { [target]: publisher };
      const relay = new OutboxRelay({ connectionString: database.url, targets, logger: quiet, batchSize: 50 });
      await relay.start();
      for (const some of [1, 200, 400]) {
        await until(`${some} have arrived`, async () => (await broker.stored(destination)).length >= some);
        broker.proxy.cut();
        broker.proxy.restore();
      }
      const left = () => database.pool.query('SELECT 1 FROM waybill.outbox').then(({ rowCount }) => rowCount);
      await until('the outbox is empty', async () => (await left()) === 0);
      await relay.stop();
      await expectStored(messages);
      await database.drop();
    });
  });
}
