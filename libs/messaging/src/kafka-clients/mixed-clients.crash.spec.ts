import { until } from '@waybill/testing';
import { CrashHarness } from '../test/crash-harness.fixture.js';

it('a group may mix members by @platformatic/kafka and kafkajs, and none stops when another one joins', async () => {
  const harness = await CrashHarness.open();
  const old = await harness.copy();
  const young = await harness.copy({ kafkaClient: '@platformatic/kafka' });
  let sent = 0;
  await until('both have handled some', async () => {
    await harness.send('kafka', `order ${sent % 20}`, String(sent++));
    return old.started.length > 10 && young.started.length > 10;
  });
  for (let key = 0; key < 20; key++) {
    const expected = Array.from({ length: sent }, (_, n) => String(n)).filter((n) => Number(n) % 20 === key);
    await harness.untilEffects(`order ${key}`, expected.length);
    expect(await harness.effectsOf(`order ${key}`)).toEqual(expected);
  }
  expect([old.deaths, young.deaths, await harness.deadLetters()]).toEqual([0, 0, 0]);
  await harness.close();
});
