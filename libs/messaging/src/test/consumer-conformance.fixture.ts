import { until } from '@waybill/testing';
import type { Carriers } from './carriers.fixture.js';
import { type Broker, type Copy, CrashHarness } from './crash-harness.fixture.js';

/** A broker and one of its client libraries. */
export interface ClientUnderTest {
  broker: Broker;
  /** What carries the messages. Default: RabbitMQ, and Kafka by kafkajs. */
  carriers?: () => Promise<Carriers>;
  /** Where they differ. */
  promises: {
    /** Messages of one key take effect in order. */
    keepsKeysInOrder: boolean;
    /** Those behind a dead letter of their key wait for an operator. Default: as `keepsKeysInOrder`. */
    holdsBackFailedKeys?: boolean;
    /** A group that comes later gets what was there before it. */
    replays: boolean;
    /** The broker is this suite's own, which kills it. */
    isKilled?: boolean;
  };
}

const KEYS = 20;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The contract of consuming, whichever client is used; that of publishing is `keepsPublisherPromises`. */
export function keepsConsumerPromises({ broker, carriers, promises }: ClientUnderTest): void {
  let harness: CrashHarness;
  let test = 0;
  beforeAll(async () => {
    harness = await CrashHarness.open(carriers);
  });
  beforeEach(() => {
    test++;
  });
  afterEach(() => harness.stopCopies());
  afterAll(() => harness.close());

  /** Unique to the current test. */
  const keyOf = (number: number) => `order ${test}-${number % KEYS}`;
  const send = (number: number, takes: number) => harness.send(broker, keyOf(number), String(number), { takes });

  /** Each once, and in order where that is promised; no dead letters. */
  async function expectEffects(count: number): Promise<void> {
    await expectEffectsOf(count);
    expect(await harness.deadLetters()).toBe(0);
  }

  async function expectEffectsOf(count: number): Promise<void> {
    for (const key of new Set(numbers(count).map(keyOf))) {
      const expected = numbers(count).filter((number) => keyOf(number) === key);
      await harness.untilEffects(key, expected.length, '120s');
      const effects = (await harness.effectsOf(key)).map(Number);
      expect(promises.keepsKeysInOrder ? effects : effects.sort((a, b) => a - b)).toEqual(expected);
    }
  }

  /** Prints how long after they were sent these messages took effect. */
  async function show(which: string, sent: Map<string, number>): Promise<void> {
    const times = await harness.effectTimes();
    const waits = [...sent].map(([what, at]) => times.get(what)! - at).sort((a, b) => a - b);
    process.stderr.write(
      `${which} took effect after ${waits[waits.length >> 1]} ms (median), ${waits.at(-1)} ms (maximum)\n`,
    );
  }

  const isUnderLoad = (copy: Copy) => until('more than 50 have started', () => copy.started.length > 50);

  it('a consumer killed between the commit of an effect and its ACK does not repeat the effect', async () => {
    const consumer = await harness.copy();
    await harness.send(broker, 'one', 'effect', { behaviour: 'hang after commit' });
    await until('it has committed', () => consumer.committed.includes('one effect'));
    await consumer.kill();

    await harness.send(broker, 'one', 'after it');
    await harness.untilEffects('one', 2);
    expect(await harness.effectsOf('one')).toEqual(['effect', 'after it']);
    expect(await harness.deadLetters()).toBe(0);
  });

  it('a consumer killed under load loses nothing and repeats nothing', async () => {
    const consumer = await harness.copy();
    for (const number of numbers(300)) await send(number, 5);
    await isUnderLoad(consumer);
    await consumer.kill();
    await expectEffects(300);
    expect(consumer.deaths).toBe(1);
  });

  it('a consumer stopped under load exits with 0 within 10 s, and another handles the rest, once each', async () => {
    const [leaving] = await Promise.all([harness.copy(), harness.copy()]);
    for (const number of numbers(300)) await send(number, 20);
    await isUnderLoad(leaving!);
    const stopped = performance.now();
    expect(await leaving!.stop()).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(10_000);
    await expectEffects(300);
  });

  it('another consumer that joins while handlers run takes over some messages and repeats none', async () => {
    await harness.copy();
    let other: Copy | undefined;
    void harness.copy().then((copy) => {
      other = copy;
    });
    let sent = 0;
    await until(
      'the other copy has handled some',
      async () => {
        await send(++sent, 20);
        return (other?.started.length ?? 0) > 0;
      },
      { within: '90s' },
    );
    await expectEffects(sent);
  });

  it('connections that break, and a broker that is paused, while messages are in flight lose and repeat nothing', async () => {
    const consumer = await harness.copy();
    for (const number of numbers(300)) await send(number, 5);
    await isUnderLoad(consumer);
    const proxy = harness.proxies[broker];
    proxy.cut();
    proxy.restore();
    for (const number of numbers(400).slice(300)) await send(number, 5);
    proxy.holdEverything();
    for (const number of numbers(500).slice(400)) await send(number, 5);
    proxy.restore();
    await expectEffects(500);
    expect(consumer.deaths).toBe(0);
  });

  it('a slow handler, a retry that waits and a row that is locked hold up no other message', async () => {
    const consumer = await harness.copy();
    const id = crypto.randomUUID();
    const unlock = await harness.lockInbox(broker, id);
    await harness.send(broker, 'locked', 'row', {}, { id });
    await harness.send(broker, 'long', 'work', { takes: 15_000 });
    await harness.send(broker, 'retried', 'fails', { behaviour: 'fail' });
    await until('both have started', () =>
      ['long work', 'retried fails'].every((one) => consumer.started.includes(one)),
    );
    const sent = new Map<string, number>();
    for (const number of numbers(100)) {
      sent.set(`${keyOf(number)} ${number}`, Date.now());
      await send(number, 0);
    }
    await expectEffectsOf(100);
    expect(await harness.effectsOf('long')).toEqual([]);
    expect(await harness.effectsOf('locked')).toEqual([]);
    await show('100 messages beside those that waited', sent);
    await unlock();
    await harness.untilEffects('locked', 1);
    await harness.untilEffects('long', 1);
    expect(await harness.deadLetter(broker)).toMatchObject({ class: 'transient', attempts: 4 });
  });

  it('a handler that takes longer than the session timeout keeps its message', async () => {
    const [consumer, other] = await Promise.all([harness.copy(), harness.copy()]);
    await harness.send(broker, 'slow', 'work', { takes: 8_000 });
    await harness.untilEffects('slow', 1);
    const begun = [...consumer!.started, ...other!.started].filter((what) => what === 'slow work');
    expect(begun).toHaveLength(1);
  });

  if (promises.isKilled) {
    it('a broker that is killed under load loses nothing that it has confirmed, and nothing takes effect twice', async () => {
      const consumer = await harness.copy();
      for (const number of numbers(300)) await send(number, 5);
      await isUnderLoad(consumer);
      const sending = (async () => {
        for (const number of numbers(400).slice(300)) await send(number, 5);
      })();
      await harness.carriers.server!.crash();
      await harness.carriers.server!.restart();
      await sending;
      await expectEffects(400);
      expect(consumer.deaths).toBe(0);
    });
  }

  if (promises.replays) {
    it('a group that comes later gets all that was there before it, in order for each key', async () => {
      const another = await CrashHarness.open(carriers);
      try {
        await another.copy();
        for (const number of numbers(60)) await another.send(broker, `key ${number % 3}`, String(number));
        await another.untilEffects('key', 60);
        await another.copy({ service: 'latecomer' });
        await another.untilEffects('key', 120);
        for (const key of [0, 1, 2]) {
          const once = numbers(60).filter((number) => number % 3 === key);
          expect((await another.effectsOf(`key ${key}`)).map(Number)).toEqual([...once, ...once]);
        }
      } finally {
        await another.close();
      }
    });
  }

  if (!(promises.holdsBackFailedKeys ?? promises.keepsKeysInOrder)) return;

  it('events behind a dead letter of their key wait, across a kill and a rebalance, until it is released; other keys continue', async () => {
    const first = await harness.copy();
    const id = await harness.send(broker, 'X', '1', { behaviour: 'reject' });
    for (const what of ['2', '3']) await harness.send(broker, 'X', what);
    const others = numbers(1_000);
    const sent = new Map<string, number>();
    for (const other of others) {
      await harness.send(broker, `other ${other}`, 'happened');
      sent.set(`other ${other} happened`, Date.now());
    }
    await until('all others took effect', async () => (await harness.effectsOf('other')).length === others.length);
    await show('1,000 events of other keys', sent);
    expect(await harness.deadLetter(broker)).toMatchObject({ id, class: 'business' });

    await first.kill();
    const second = await harness.copy();
    await harness.send(broker, 'X', '4');
    await harness.send(broker, 'Y', 'sent after it');
    await harness.untilEffects('Y', 1);
    expect(await harness.effectsOf('X')).toEqual([]);

    await harness.release({ messageId: id, key: 'X', action: 'resubmit', body: { about: 'X', what: '1' } });
    await harness.untilEffects('X', 4);
    expect(await harness.effectsOf('X')).toEqual(['1', '2', '3', '4']);
    expect([first.deaths, second.deaths]).toEqual([1, 0]);
  });
}
