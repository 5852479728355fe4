import { setTimeout as pause } from 'node:timers/promises';
import type { ResultRow, ResultTable } from '@waybill/system';
import { until } from '@waybill/testing';
import { median } from '../rounds.js';
import { type Broker, bodyOf, type Client } from './broker.js';
import { contendersOf } from './contenders.js';
import type { Sizes } from './sizes.js';

const SIZE = 1_024;
/** Between two messages, and after one that could not be sent, in ms. */
const INTERVAL = 10;
const WARM_UPS = 20;

/** From the kill to the first message that is sent after it and handled. */
export async function recovery(brokers: readonly Broker[], { kills }: Sizes): Promise<ResultTable> {
  const rows: ResultRow[] = [];
  for (const { name, broker, client, isOurs } of contendersOf(brokers)) {
    if (!isOurs) continue;
    const values: number[] = [];
    for (let kill = 0; kill < kills; kill++) values.push(await secondsToRecover(broker, client));
    console.log(`    ${name.padEnd(34)} ${values.map((value) => value.toFixed(1)).join(' ')} s`);
    rows.push({ name, cells: [{ value: median(values), unit: 's', rounds: values }] });
  }
  return {
    name: 'recovery',
    title: 'After kill -9 of the broker',
    method:
      `A sender tries every ${INTERVAL} ms, a consumer with inbox handles; the broker is killed and started again, Kafka and RabbitMQ by the launcher a quarter to a whole second later. ` +
      `From the kill to the first message sent after it that is handled; median of ${kills} kills. Waybill only: a bare client needs code of one's own for that.`,
    columns: ['recovery'],
    rows,
  };
}

async function secondsToRecover(broker: Broker, client: Client): Promise<number> {
  const channel = await client.open();
  let [next, latest] = [0, -1];
  const reading = await channel.consume(({ n }) => {
    latest = Math.max(latest, n);
  });
  let isOver = false;
  const send = async () => {
    while (!isOver) {
      // Not confirmed: the next one is tried with the next number.
      await channel.publish([bodyOf(next++, SIZE)]).catch(() => {});
      await pause(INTERVAL);
    }
  };
  const sending = send();
  await until('messages are handled', () => latest > WARM_UPS);
  const killed = performance.now();
  const last = next;
  const restarting = broker.kill();
  await until('a later message is handled', () => latest > last, { within: '2m' });
  const seconds = (performance.now() - killed) / 1_000;
  await restarting;
  isOver = true;
  await sending;
  await reading.stop();
  await channel.close();
  return seconds;
}
