import type { Deed } from '../test/consumer.fixture.js';
import { type Broker, CrashBench } from '../test/crash-bench.fixture.js';

const brokers: Broker[] = ['rabbitmq', 'kafka'];
const deeds: Deed['deed'][] = ['exit', 'kill', 'reject'];
/** What came behind must not be held up for longer after the last restart. */
const PROMISED = 15_000;

/** On a bench of its own, which leaves nothing. */
async function onBench(work: (bench: CrashBench) => Promise<void>): Promise<void> {
  const bench = await CrashBench.open();
  try {
    await work(bench);
  } finally {
    await bench.close();
  }
}

async function expectGivenUp(deed: Deed['deed'], bench: CrashBench): Promise<void> {
  const consumer = await bench.copy();
  const ids = new Map<Broker, string>();
  for (const broker of brokers) {
    for (let n = 1; n <= 10; n++) await bench.say(broker, `before on ${broker}`, String(n), { takes: 50 });
    ids.set(broker, await bench.say(broker, `killer on ${broker}`, 'it', { deed }));
    for (let n = 1; n <= 10; n++) await bench.say(broker, `behind on ${broker}`, String(n));
  }
  for (const broker of brokers) {
    const letter = await bench.deadLetter(broker, '180s');
    expect(letter).toMatchObject({ id: ids.get(broker), class: 'crashing', attempts: 3 });
  }
  // The last death was that of the last crash: now the same process does all the rest.
  const { deaths } = consumer;
  await consumer.untilReady();
  const ready = performance.now();
  for (const broker of brokers) await bench.say(broker, `after on ${broker}`, 'all');
  for (const broker of brokers) {
    await bench.untilEffects(`after on ${broker}`, 1);
    expect((await bench.effectsOf(`before on ${broker}`)).length).toBe(10);
    expect((await bench.effectsOf(`behind on ${broker}`)).length).toBe(10);
    expect(await bench.effectsOf(`killer on ${broker}`)).toEqual([]);
  }
  process.stderr.write(`${deed}: ${deaths} deaths, all done ${Math.round(performance.now() - ready)} ms after\n`);
  expect(performance.now() - ready).toBeLessThan(PROMISED);
  expect(consumer.deaths).toBe(deaths);
  expect(await bench.deadLetters()).toBe(0);
}

describe('a message that ends its process', () => {
  it('is given up after three crashes while it was alone, however it ends it, on both brokers at once, and no other is', async () => {
    await Promise.all(deeds.map((deed) => onBench((bench) => expectGivenUp(deed, bench))));
  }, 300_000);

  it(
    'ends as a dead letter too when there are several copies to take along',
    () =>
      onBench(async (bench) => {
        const copies = await Promise.all([bench.copy(), bench.copy(), bench.copy()]);
        const id = await bench.say('rabbitmq', 'killer', 'it', { deed: 'exit' });
        for (let n = 1; n <= 200; n++) await bench.say('rabbitmq', 'innocent', String(n), { takes: 20 });
        expect(await bench.deadLetter('rabbitmq', '180s')).toMatchObject({ id, class: 'crashing' });
        await bench.untilEffects('innocent', 200);
        expect((await bench.effectsOf('innocent')).length).toBe(200);
        expect(await bench.deadLetters()).toBe(0);
        process.stderr.write(`three copies died ${copies.map(({ deaths }) => deaths).join(', ')} times\n`);
      }),
    300_000,
  );
});
