import { until } from '@waybill/testing';
import type { MessagingOptions } from '../nest/index.js';
import { type Broker, type Copy, CrashBench } from './crash-bench.fixture.js';

/** A broker by one of its clients. */
export interface ClientUnderTest {
  broker: Broker;
  kafkaClient?: MessagingOptions['kafkaClient'];
  /** Where they differ. */
  promises: {
    /** Messages of one key take effect in their order, and what follows one that was given up waits for a person. */
    keepsKeysInOrder: boolean;
  };
}

const KEYS = 20;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** What a service sees of a broker, whichever client carries its messages; publishing is `keepsPublisherPromises`. */
export function keepsConsumerPromises({ broker, kafkaClient, promises }: ClientUnderTest): void {
  let bench: CrashBench;
  let test = 0;
  beforeAll(async () => {
    bench = await CrashBench.open(kafkaClient);
  }, 60_000);
  beforeEach(() => {
    test++;
  });
  afterEach(() => bench.stopCopies(), 60_000);
  afterAll(() => bench.close(), 60_000);

  /** Of this test only. */
  const keyOf = (number: number) => `order ${test}-${number % KEYS}`;
  const say = (number: number, takes: number) => bench.say(broker, keyOf(number), String(number), { takes });

  /** Each once, and in order where that was promised; none given up. */
  async function expectEffects(count: number): Promise<void> {
    for (const key of new Set(numbers(count).map(keyOf))) {
      const expected = numbers(count).filter((number) => keyOf(number) === key);
      await bench.untilEffects(key, expected.length, '120s');
      const effects = (await bench.effectsOf(key)).map(Number);
      expect(promises.keepsKeysInOrder ? effects : effects.sort((a, b) => a - b)).toEqual(expected);
    }
    expect(await bench.deadLetters()).toBe(0);
  }

  const isInTheMiddle = (copy: Copy) =>
    until('it is in the middle of them', () => copy.started.length > 50, { within: '60s' });

  it('a consumer killed between the commit of an effect and its ACK does not repeat the effect', async () => {
    const consumer = await bench.copy();
    await bench.say(broker, 'one', 'effect', { deed: 'hang after commit' });
    await until('it has committed', () => consumer.committed.includes('one effect'), { within: '60s' });
    await consumer.kill();

    await bench.say(broker, 'one', 'after it');
    await bench.untilEffects('one', 2);
    expect(await bench.effectsOf('one')).toEqual(['effect', 'after it']);
    expect(await bench.deadLetters()).toBe(0);
  }, 120_000);

  it('a consumer killed with its hands full loses nothing and repeats nothing', async () => {
    const consumer = await bench.copy();
    for (const number of numbers(300)) await say(number, 5);
    await isInTheMiddle(consumer);
    await consumer.kill();
    await expectEffects(300);
    expect(consumer.deaths).toBe(1);
  }, 180_000);

  it('a consumer told to stop under load ends with 0 within 10 s, and another does the rest, once each', async () => {
    const [leaving] = await Promise.all([bench.copy(), bench.copy()]);
    for (const number of numbers(300)) await say(number, 20);
    await isInTheMiddle(leaving!);
    const asked = performance.now();
    expect(await leaving!.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    await expectEffects(300);
  }, 180_000);

  it('another consumer that joins while handlers run changes nothing but who handles the rest', async () => {
    await bench.copy();
    let other: Copy | undefined;
    void bench.copy().then((copy) => {
      other = copy;
    });
    let said = 0;
    await until(
      'the other copy has some of them',
      async () => {
        await say(++said, 20);
        return (other?.started.length ?? 0) > 0;
      },
      { within: '90s' },
    );
    await expectEffects(said);
  }, 180_000);

  it('connections that break, and a broker that is paused, while messages are in flight lose and repeat nothing', async () => {
    const consumer = await bench.copy();
    for (const number of numbers(300)) await say(number, 5);
    await isInTheMiddle(consumer);
    const way = bench.ways[broker];
    way.cut();
    way.restore();
    for (const number of numbers(400).slice(300)) await say(number, 5);
    way.holdEverything();
    for (const number of numbers(500).slice(400)) await say(number, 5);
    way.restore();
    await expectEffects(500);
    expect(consumer.deaths).toBe(0);
  }, 180_000);

  it('a handler that is slower than any heartbeat keeps its message', async () => {
    const [consumer, other] = await Promise.all([bench.copy(), bench.copy()]);
    await bench.say(broker, 'slow', 'work', { takes: 8_000 });
    await bench.untilEffects('slow', 1);
    const begun = [...consumer!.started, ...other!.started].filter((what) => what === 'slow work');
    expect(begun).toHaveLength(1);
  }, 120_000);

  if (!promises.keepsKeysInOrder) return;

  it('what follows a dead letter of its key waits, over a kill and a rebalance, until it is released; others flow', async () => {
    const first = await bench.copy();
    const id = await bench.say(broker, 'X', '1', { deed: 'refuse' });
    for (const what of ['2', '3']) await bench.say(broker, 'X', what);
    const others = numbers(1_000);
    const sent = new Map<string, number>();
    for (const other of others) {
      await bench.say(broker, `other ${other}`, 'happened');
      sent.set(`other ${other} happened`, Date.now());
    }
    await until('all others took effect', async () => (await bench.effectsOf('other')).length === others.length, {
      within: '60s',
    });
    const times = await bench.effectTimes();
    const waits = [...sent].map(([what, at]) => times.get(what)! - at).sort((a, b) => a - b);
    process.stderr.write(
      `1,000 events of others took effect ${waits[500]} ms (median), ${waits[999]} ms (most) after them\n`,
    );
    expect(await bench.deadLetter(broker)).toMatchObject({ id, class: 'business' });

    await first.kill();
    const second = await bench.copy();
    await bench.say(broker, 'X', '4');
    await bench.say(broker, 'Y', 'sent after it');
    await bench.untilEffects('Y', 1);
    expect(await bench.effectsOf('X')).toEqual([]);

    await bench.release({ messageId: id, key: 'X', action: 'resubmit', body: { about: 'X', what: '1' } });
    await bench.untilEffects('X', 4);
    expect(await bench.effectsOf('X')).toEqual(['1', '2', '3', '4']);
    expect([first.deaths, second.deaths]).toEqual([1, 0]);
  }, 180_000);
}
