import type { ResultTable } from '@waybill/system';
import { until } from '@waybill/testing';
import { type Broker } from './broker.js';
import { fill } from './consume.js';
import { byTurns, type Contender, contendersOf, rowsOf } from './contenders.js';
import type { Sizes } from './sizes.js';

const GROUPS = 3;
const SIZE = 1_024;
const BATCH = 100;

/** Each message to three groups that read meanwhile. */
export async function fanOut(brokers: readonly Broker[], { rounds, publish, consume }: Sizes): Promise<ResultTable> {
  const contenders = contendersOf(brokers);
  const offered = contenders.filter(({ client }) => client.openFanOut);
  const figures = await byTurns(rounds, offered, (contender) => deliveries(contender, { ms: publish, most: consume }));
  return {
    name: 'fan-out',
    title: 'Fan-out to three groups, deliveries a second',
    method:
      `1 KiB, batches of ${BATCH}, sent for ${publish} ms, from the first batch until all three groups have handled all; median of ${rounds} rounds after one to warm up. ` +
      "Kafka and NATS: three groups of one log. RabbitMQ: a fanout exchange with three queues. SQS: the sender sends three times (Amazon's SNS would do that). " +
      'Waybill fans out events only; each group has an inbox and one INSERT.',
    columns: ['deliveries'],
    rows: rowsOf(contenders, [figures]),
  };
}

async function deliveries({ client }: Contender, limits: { ms: number; most: number }): Promise<number> {
  const channel = await client.openFanOut!(GROUPS);
  let [handled, last] = [0, 0];
  const reading = await channel.consume(() => {
    handled++;
    last = performance.now();
  });
  const start = performance.now();
  const sent = await fill(channel, { size: SIZE, batch: BATCH, ...limits });
  await until('every group has all', () => handled >= sent * GROUPS, { within: '2m' });
  await reading.stop();
  await channel.close();
  return (sent * GROUPS * 1_000) / (last - start);
}
