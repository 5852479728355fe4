import { until } from '@waybill/testing';
import { type Deed, tasks } from './consumer.fixture.js';
import { type Broker, CrashBench } from './crash-bench.fixture.js';

const brokers: Broker[] = ['rabbitmq', 'kafka'];
const KILLS = 100;
/** What came behind must not be held up for longer after the last restart. */
const PROMISED = 15_000;

let bench: CrashBench;
beforeEach(async () => {
  bench = await CrashBench.open();
}, 60_000);
afterEach(() => bench.close(), 60_000);

describe('a message that ends its process', () => {
  it.each<[Deed['deed']]>([['exit'], ['kill'], ['reject']])(
    '(%s) is given up after three crashes while it was alone, on both brokers at once, and no other is',
    async (deed) => {
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
    },
    300_000,
  );

  it('ends as a dead letter too when there are several copies to take along', async () => {
    const copies = await Promise.all([bench.copy(), bench.copy(), bench.copy()]);
    const id = await bench.say('rabbitmq', 'killer', 'it', { deed: 'exit' });
    for (let n = 1; n <= 200; n++) await bench.say('rabbitmq', 'innocent', String(n), { takes: 20 });
    expect(await bench.deadLetter('rabbitmq', '180s')).toMatchObject({ id, class: 'crashing' });
    await bench.untilEffects('innocent', 200);
    expect((await bench.effectsOf('innocent')).length).toBe(200);
    expect(await bench.deadLetters()).toBe(0);
    process.stderr.write(`three copies died ${copies.map(({ deaths }) => deaths).join(', ')} times\n`);
  }, 300_000);
});

it('copies of a consumer that are killed 100 times with their hands full give up no innocent message', async () => {
  let said = 0;
  const moreToDo = async () => {
    if ((await bench.rabbit.waiting(tasks.name)) > 0) return;
    for (const _ of Array(50)) await bench.say('rabbitmq', 'on rabbitmq', String(++said), { takes: 20 });
  };
  const begun = performance.now();
  let kills = 0;
  const killAgainAndAgain = async () => {
    const copy = await bench.copy();
    while (kills < KILLS) {
      // Now while it is alone with the first suspect of the death before, now with others in hand as well.
      const hands = kills++ % 2 === 0 ? 1 : 20;
      const areFull = async () => {
        await moreToDo();
        return copy.started.length >= hands;
      };
      await until('its hands are full', areFull, { within: '90s' });
      await bench.say('kafka', 'on kafka', String(kills), { takes: 20 });
      await copy.kill();
    }
  };
  await Promise.all([killAgainAndAgain(), killAgainAndAgain(), killAgainAndAgain()]);
  process.stderr.write(`${kills} kills within ${Math.round((performance.now() - begun) / 1_000)} s\n`);

  await bench.untilEffects('on rabbitmq', said, '90s');
  const tasksDone = (await bench.effectsOf('on rabbitmq')).map(Number);
  expect(tasksDone.sort((a, b) => a - b)).toEqual(Array.from({ length: said }, (_, n) => n + 1));
  await bench.untilEffects('on kafka', kills, '90s');
  expect((await bench.effectsOf('on kafka')).length).toBe(kills);
  expect(await bench.deadLetters()).toBe(0);
}, 600_000);
