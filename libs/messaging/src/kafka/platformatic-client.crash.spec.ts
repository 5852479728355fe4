import { until } from '@waybill/testing';
import { keepsConsumerPromises } from '../test/consumer-conformance.fixture.js';
import { CrashBench } from '../test/crash-bench.fixture.js';

describe('Kafka by @platformatic/kafka', () =>
  keepsConsumerPromises({ broker: 'kafka', kafkaClient: '@platformatic/kafka', promises: { keepsKeysInOrder: true } }));

it('a group may have members by @platformatic/kafka and by kafkajs, and none of them stops when another one joins', async () => {
  const bench = await CrashBench.open('kafkajs');
  const old = await bench.copy();
  const young = await bench.copy({ kafkaClient: '@platformatic/kafka' });
  let said = 0;
  await until(
    'both have some',
    async () => {
      await bench.say('kafka', `order ${said % 20}`, String(said++));
      return old.started.length > 10 && young.started.length > 10;
    },
    { within: '60s' },
  );
  for (let key = 0; key < 20; key++) {
    const expected = Array.from({ length: said }, (_, n) => String(n)).filter((n) => Number(n) % 20 === key);
    await bench.untilEffects(`order ${key}`, expected.length);
    expect(await bench.effectsOf(`order ${key}`)).toEqual(expected);
  }
  expect([old.deaths, young.deaths, await bench.deadLetters()]).toEqual([0, 0, 0]);
  await bench.close();
}, 180_000);
