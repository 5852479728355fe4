import { testSize, until } from '@waybill/testing';
import { tasks } from '../test/consumer.fixture.js';
import { type Copy, CrashBench } from '../test/crash-bench.fixture.js';

const kills = testSize.consumerKills;

let bench: CrashBench;
beforeEach(async () => {
  bench = await CrashBench.open();
}, 60_000);
afterEach(() => bench.close(), 60_000);

it(`copies of a consumer that are killed ${kills} times with messages in flight dead-letter no innocent message`, async () => {
  let said = 0;
  const moreToDo = async () => {
    if ((await bench.rabbit.waiting(tasks.name)) > 0) return;
    for (const _ of Array(50)) await bench.say('rabbitmq', 'on rabbitmq', String(++said), { takes: 20 });
  };
  // All before the first death: a group that loses and gains members all the time assigns its partitions to none of them.
  const copies = await Promise.all([bench.copy(), bench.copy(), bench.copy()]);
  const begun = performance.now();
  let killed = 0;
  const killAgainAndAgain = async (copy: Copy) => {
    while (killed < kills) {
      // Now while it is alone with the first suspect of the death before, now with others in hand as well.
      const hands = killed++ % 2 === 0 ? 1 : 20;
      const areFull = async () => {
        await moreToDo();
        return copy.started.length >= hands;
      };
      await until('its hands are full', areFull, { within: '90s' });
      await bench.say('kafka', 'on kafka', String(killed), { takes: 20 });
      await copy.kill();
    }
  };
  await Promise.all(copies.map(killAgainAndAgain));
  process.stderr.write(`${killed} kills within ${Math.round((performance.now() - begun) / 1_000)} s\n`);

  await bench.untilEffects('on rabbitmq', said, '90s');
  const tasksDone = (await bench.effectsOf('on rabbitmq')).map(Number);
  expect(tasksDone.sort((a, b) => a - b)).toEqual(Array.from({ length: said }, (_, n) => n + 1));
  await bench.untilEffects('on kafka', killed, '90s');
  expect((await bench.effectsOf('on kafka')).length).toBe(killed);
  expect(await bench.deadLetters()).toBe(0);
}, 600_000);
