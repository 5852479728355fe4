import { until } from '@waybill/testing';
import { type Broker, type Copy, CrashBench } from './crash-bench.fixture.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));

let bench: CrashBench;
beforeEach(async () => {
  bench = await CrashBench.open();
}, 60_000);
afterEach(() => bench.close(), 60_000);

describe.each<Broker>(['rabbitmq', 'kafka'])('a consumer of %s', (broker) => {
  it('that is killed between the commit of an effect and its ACK does not repeat the effect', async () => {
    const consumer = await bench.copy();
    await bench.say(broker, 'one', 'effect', { deed: 'hang after commit' });
    await until('it has committed', () => consumer.committed.includes('one effect'), { within: '60s' });
    await consumer.kill();

    await bench.say(broker, 'one', 'after it');
    await bench.untilEffects('one', 2);
    expect(await bench.effectsOf('one')).toEqual(['effect', 'after it']);
    expect(await bench.deadLetters()).toBe(0);
  }, 120_000);

  it('that is killed with its hands full loses nothing and repeats nothing', async () => {
    const consumer = await bench.copy();
    for (const what of names(300)) await bench.say(broker, `order ${Number(what) % 20}`, what, { takes: 5 });
    await until('it is in the middle of them', () => consumer.started.length > 50, { within: '60s' });
    await consumer.kill();

    for (const order of names(20)) {
      const expected = names(300).filter((what) => Number(what) % 20 === Number(order) % 20);
      const about = `order ${Number(order) % 20}`;
      await bench.untilEffects(about, expected.length);
      const effects = await bench.effectsOf(about);
      // A queue has no order; a topic has one for each key.
      expect(broker === 'kafka' ? effects : effects.sort((a, b) => Number(a) - Number(b))).toEqual(expected);
    }
    expect(consumer.deaths).toBe(1);
    expect(await bench.deadLetters()).toBe(0);
  }, 180_000);

  it('that is told to stop under load ends with 0 within 10 s, and another copy does the rest, once each', async () => {
    const [leaving] = await Promise.all([bench.copy(), bench.copy()]);
    for (const what of names(300)) await bench.say(broker, `order ${Number(what) % 20}`, what, { takes: 20 });
    await until('it is in the middle of them', () => leaving!.started.length > 20, { within: '60s' });
    const asked = performance.now();
    expect(await leaving!.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);

    for (const order of names(20)) await bench.untilEffects(`order ${Number(order) % 20}`, 15);
    const all = await Promise.all(names(20).map((order) => bench.effectsOf(`order ${Number(order) % 20}`)));
    expect(all.flat().sort((a, b) => Number(a) - Number(b))).toEqual(names(300));
    expect(await bench.deadLetters()).toBe(0);
  }, 180_000);
});

it('a rebalance while handlers run changes neither the order of a key nor what takes effect', async () => {
  await bench.copy();
  let other: Copy | undefined;
  void bench.copy().then((copy) => {
    other = copy;
  });
  let said = 0;
  const sayOne = () => bench.say('kafka', `order ${++said % 20}`, String(said), { takes: 20 });
  await until(
    'the other copy has some of them',
    async () => {
      await sayOne();
      return (other?.started.length ?? 0) > 0;
    },
    { within: '90s' },
  );

  for (const order of names(20)) {
    const about = `order ${Number(order) % 20}`;
    const expected = names(said).filter((what) => Number(what) % 20 === Number(order) % 20);
    await bench.untilEffects(about, expected.length);
    expect(await bench.effectsOf(about)).toEqual(expected);
  }
  expect(await bench.deadLetters()).toBe(0);
}, 180_000);

it('keeps what follows a dead letter of its key waiting, over a kill and a rebalance, until it is released', async () => {
  const first = await bench.copy();
  const id = await bench.say('kafka', 'X', '1', { deed: 'refuse' });
  for (const what of ['2', '3']) await bench.say('kafka', 'X', what);
  const others = names(1_000);
  const sent = performance.now();
  await Promise.all(others.map((other) => bench.say('kafka', `other ${other}`, 'happened')));
  await until('all others took effect', async () => (await bench.effectsOf('other')).length === others.length, {
    within: '60s',
  });
  process.stderr.write(`1,000 events of others took effect after ${Math.round(performance.now() - sent)} ms\n`);
  expect(await bench.deadLetter('kafka')).toMatchObject({ id, class: 'business' });

  await first.kill();
  const second = await bench.copy();
  await bench.say('kafka', 'X', '4');
  await bench.say('kafka', 'Y', 'sent after it');
  await bench.untilEffects('Y', 1);
  expect(await bench.effectsOf('X')).toEqual([]);

  await bench.release({ messageId: id, key: 'X', action: 'resubmit', body: { about: 'X', what: '1' } });
  await bench.untilEffects('X', 4);
  expect(await bench.effectsOf('X')).toEqual(['1', '2', '3', '4']);
  expect([first.deaths, second.deaths]).toEqual([1, 0]);
}, 180_000);
