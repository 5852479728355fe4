import type { TestMessage } from '../test/consumer.fixture.js';
import { type Broker, CrashHarness } from '../test/crash-harness.fixture.js';

const brokers: Broker[] = ['rabbitmq', 'kafka'];
const behaviours: TestMessage['behaviour'][] = ['exit', 'kill', 'unhandled rejection'];
/** Messages behind must not be delayed longer than this after the last restart. */
const PROMISED = 15_000;

/** With a harness of its own, closed afterwards. */
async function onHarness(work: (harness: CrashHarness) => Promise<void>): Promise<void> {
  const harness = await CrashHarness.open();
  try {
    await work(harness);
  } finally {
    await harness.close();
  }
}

async function expectDeadLettered(behaviour: TestMessage['behaviour'], harness: CrashHarness): Promise<void> {
  const consumer = await harness.copy();
  const ids = new Map<Broker, string>();
  for (const broker of brokers) {
    for (let n = 1; n <= 10; n++) await harness.send(broker, `before on ${broker}`, String(n), { takes: 50 });
    ids.set(broker, await harness.send(broker, `killer on ${broker}`, 'it', { behaviour }));
    for (let n = 1; n <= 10; n++) await harness.send(broker, `behind on ${broker}`, String(n));
  }
  for (const broker of brokers) {
    const deadLetter = await harness.deadLetter(broker, '180s');
    expect(deadLetter).toMatchObject({ id: ids.get(broker), class: 'crashing', attempts: 3 });
  }
  // The last crash was the last death: the same process now handles all the rest.
  const { deaths } = consumer;
  await consumer.untilReady();
  const ready = performance.now();
  for (const broker of brokers) await harness.send(broker, `after on ${broker}`, 'all');
  for (const broker of brokers) {
    await harness.untilEffects(`after on ${broker}`, 1);
    expect((await harness.effectsOf(`before on ${broker}`)).length).toBe(10);
    expect((await harness.effectsOf(`behind on ${broker}`)).length).toBe(10);
    expect(await harness.effectsOf(`killer on ${broker}`)).toEqual([]);
  }
  process.stderr.write(`${behaviour}: ${deaths} deaths, all done ${Math.round(performance.now() - ready)} ms after\n`);
  expect(performance.now() - ready).toBeLessThan(PROMISED);
  expect(consumer.deaths).toBe(deaths);
  // A crash for the other broker's message may come between a dead letter and its acknowledgement: then it is there twice.
  const others = (await harness.takeDeadLetters()).filter((id) => ![...ids.values()].includes(id));
  expect(others).toEqual([]);
}

describe('a message that crashes its process', () => {
  it('is dead-lettered after three crashes in isolation, however it crashes the process, on both brokers concurrently; no other message is', async () => {
    await Promise.all(behaviours.map((behaviour) => onHarness((harness) => expectDeadLettered(behaviour, harness))));
  }, 300_000);

  it(
    'is dead-lettered too when several copies run',
    () =>
      onHarness(async (harness) => {
        const copies = await Promise.all([harness.copy(), harness.copy(), harness.copy()]);
        const id = await harness.send('rabbitmq', 'killer', 'it', { behaviour: 'exit' });
        for (let n = 1; n <= 200; n++) await harness.send('rabbitmq', 'innocent', String(n), { takes: 20 });
        expect(await harness.deadLetter('rabbitmq', '180s')).toMatchObject({ id, class: 'crashing' });
        await harness.untilEffects('innocent', 200);
        expect((await harness.effectsOf('innocent')).length).toBe(200);
        expect(await harness.deadLetters()).toBe(0);
        process.stderr.write(`three copies died ${copies.map(({ deaths }) => deaths).join(', ')} times\n`);
      }),
    300_000,
  );
});
