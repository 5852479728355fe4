import { until } from '@waybill/testing';
import type { MessagingOptions } from '../nest/index.js';
import { type Broker, type Copy, CrashHarness } from './crash-harness.fixture.js';

/** A broker and one of its client libraries. */
export interface ClientUnderTest {
  broker: Broker;
  kafkaClient?: MessagingOptions['kafkaClient'];
  /** Where they differ. */
  promises: {
    /** Messages of one key take effect in order, and those behind a dead letter wait for an operator. */
    keepsKeysInOrder: boolean;
  };
}

const KEYS = 20;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The contract of consuming, whichever client is used; that of publishing is `keepsPublisherPromises`. */
export function keepsConsumerPromises({ broker, kafkaClient, promises }: ClientUnderTest): void {
  let harness: CrashHarness;
  let test = 0;
  beforeAll(async () => {
    harness = await CrashHarness.open(kafkaClient);
  }, 60_000);
  beforeEach(() => {
    test++;
  });
  afterEach(() => harness.stopCopies(), 60_000);
  afterAll(() => harness.close(), 60_000);

  /** Unique to the current test. */
  const keyOf = (number: number) => `order ${test}-${number % KEYS}`;
  const send = (number: number, takes: number) => harness.send(broker, keyOf(number), String(number), { takes });

  /** Each once, and in order where that is promised; no dead letters. */
  async function expectEffects(count: number): Promise<void> {
    for (const key of new Set(numbers(count).map(keyOf))) {
      const expected = numbers(count).filter((number) => keyOf(number) === key);
      await harness.untilEffects(key, expected.length, '120s');
      const effects = (await harness.effectsOf(key)).map(Number);
      expect(promises.keepsKeysInOrder ? effects : effects.sort((a, b) => a - b)).toEqual(expected);
    }
    expect(await harness.deadLetters()).toBe(0);
  }

  const isUnderLoad = (copy: Copy) =>
    until('more than 50 have started', () => copy.started.length > 50, { within: '60s' });

  it('a consumer killed between the commit of an effect and its ACK does not repeat the effect', async () => {
    const consumer = await harness.copy();
    await harness.send(broker, 'one', 'effect', { behaviour: 'hang after commit' });
    await until('it has committed', () => consumer.committed.includes('one effect'), { within: '60s' });
    await consumer.kill();

    await harness.send(broker, 'one', 'after it');
    await harness.untilEffects('one', 2);
    expect(await harness.effectsOf('one')).toEqual(['effect', 'after it']);
    expect(await harness.deadLetters()).toBe(0);
  }, 120_000);

  it('a consumer killed under load loses nothing and repeats nothing', async () => {
    const consumer = await harness.copy();
    for (const number of numbers(300)) await send(number, 5);
    await isUnderLoad(consumer);
    await consumer.kill();
    await expectEffects(300);
    expect(consumer.deaths).toBe(1);
  }, 180_000);

  it('a consumer stopped under load exits with 0 within 10 s, and another handles the rest, once each', async () => {
    const [leaving] = await Promise.all([harness.copy(), harness.copy()]);
    for (const number of numbers(300)) await send(number, 20);
    await isUnderLoad(leaving!);
    const stopped = performance.now();
    expect(await leaving!.stop()).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(10_000);
    await expectEffects(300);
  }, 180_000);

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
  }, 180_000);

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
  }, 180_000);

  it('a handler that takes longer than the session timeout keeps its message', async () => {
    const [consumer, other] = await Promise.all([harness.copy(), harness.copy()]);
    await harness.send(broker, 'slow', 'work', { takes: 8_000 });
    await harness.untilEffects('slow', 1);
    const begun = [...consumer!.started, ...other!.started].filter((what) => what === 'slow work');
    expect(begun).toHaveLength(1);
  }, 120_000);

  if (!promises.keepsKeysInOrder) return;

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
    await until('all others took effect', async () => (await harness.effectsOf('other')).length === others.length, {
      within: '60s',
    });
    const times = await harness.effectTimes();
    const waits = [...sent].map(([what, at]) => times.get(what)! - at).sort((a, b) => a - b);
    process.stderr.write(
      `1,000 events of other keys took effect ${waits[500]} ms (median), ${waits[999]} ms (maximum) after they were sent\n`,
    );
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
  }, 180_000);
}
