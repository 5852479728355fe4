import { testSize, until } from '@waybill/testing';
import { tasks } from '../test/consumer.fixture.js';
import { type Copy, CrashHarness } from '../test/crash-harness.fixture.js';

const kills = testSize.consumerKills;

let harness: CrashHarness;
beforeEach(async () => {
  harness = await CrashHarness.open();
});
afterEach(() => harness.close());

it(`copies of a consumer that are killed ${kills} times with messages in flight dead-letter no innocent message`, async () => {
  let sent = 0;
  const moreToDo = async () => {
    if ((await harness.rabbit.waiting(tasks.name)) > 0) return;
    for (const _ of Array(50)) await harness.send('rabbitmq', 'on rabbitmq', String(++sent), { takes: 20 });
  };
  // All start before the first death: a group that loses and gains members all the time never assigns its partitions.
  const copies = await Promise.all([harness.copy(), harness.copy(), harness.copy()]);
  const begun = performance.now();
  let killed = 0;
  const killAgainAndAgain = async (copy: Copy) => {
    while (killed < kills) {
      // Alternately while it handles the first suspect in isolation, and with other messages in flight.
      const inFlight = killed++ % 2 === 0 ? 1 : 20;
      const isReached = async () => {
        await moreToDo();
        return copy.started.length >= inFlight;
      };
      await until(`${inFlight} are in flight`, isReached, { within: '90s' });
      await harness.send('kafka', 'on kafka', String(killed), { takes: 20 });
      await copy.kill();
    }
  };
  await Promise.all(copies.map(killAgainAndAgain));
  process.stderr.write(`${killed} kills within ${Math.round((performance.now() - begun) / 1_000)} s\n`);

  await harness.untilEffects('on rabbitmq', sent, '90s');
  const tasksDone = (await harness.effectsOf('on rabbitmq')).map(Number);
  expect(tasksDone.sort((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, n) => n + 1));
  await harness.untilEffects('on kafka', killed, '90s');
  expect((await harness.effectsOf('on kafka')).length).toBe(killed);
  expect(await harness.deadLetters()).toBe(0);
}, 600_000);
