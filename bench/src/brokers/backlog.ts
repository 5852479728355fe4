import type { Figure, ResultRow, ResultTable } from '@waybill/system';
import { until } from '@waybill/testing';
import type { Broker, Channel } from './broker.js';
import { fill } from './consume.js';
import { diskOf, memoryOf } from './footprint.js';
import type { Sizes } from './sizes.js';

const SIZE = 100;
const BATCH = 1_000;

/** Small messages that pile up, what they cost the broker, and how fast a consumer that comes then gets through. */
export async function backlog(brokers: readonly Broker[], sizes: Sizes): Promise<ResultTable> {
  const rows: ResultRow[] = [];
  for (const broker of brokers) rows.push(await measure(broker, sizes));
  return {
    name: 'backlog',
    title: 'A backlog, and what it costs',
    method:
      `The bare client sends messages of ${SIZE} bytes, ${BATCH} at a time, until ${sizes.backlog.toLocaleString('en')} wait or ${sizes.fill / 1_000} s are over (the column "messages" says how many fitted); ` +
      `then one consumer drains them for at most ${sizes.drain / 1_000} s, with at most 100 messages in flight. Memory: resident, of the broker's process and its children (heaps: Kafka at most 320 MiB, ElasticMQ 256 MiB). Disk: of its data folder, ` +
      'what earlier jobs left there included. SQS FIFO shares its server with SQS.',
    columns: [
      'messages',
      'filled',
      'drained',
      'memory before',
      'memory with it',
      'memory after',
      'disk before',
      'disk with it',
      'disk after',
    ],
    rows,
  };
}

async function measure(broker: Broker, { backlog: most, fill: fillFor, drain: drainFor }: Sizes): Promise<ResultRow> {
  const [bare] = broker.clients;
  const channel = await bare!.open();
  const memory = [memoryOf(broker)];
  const disk = [diskOf(broker)];
  const start = performance.now();
  const sent = await fill(channel, { size: SIZE, batch: BATCH, ms: fillFor, most });
  const filled: Figure = { value: (sent * 1_000) / (performance.now() - start), unit: '/s' };
  memory.push(memoryOf(broker));
  disk.push(diskOf(broker));
  const drained = await drain(channel, sent, drainFor);
  memory.push(memoryOf(broker));
  disk.push(diskOf(broker));
  await channel.close();
  const name = `${broker.name}, ${bare!.name}`;
  console.log(
    `    ${name.padEnd(34)} ${sent} messages, filled ${filled.value.toFixed(0)}/s, drained ${drained.value.toFixed(0)}/s, ${memory[1]!.value.toFixed(0)} MiB`,
  );
  return { name, cells: [{ value: sent, unit: 'messages' }, filled, drained, ...memory, ...disk] };
}

async function drain(channel: Channel, sent: number, ms: number): Promise<Figure> {
  let [first, last, handled] = [0, 0, 0];
  const reading = await channel.consume(() => {
    first ||= performance.now();
    last = performance.now();
    handled++;
  });
  await until(
    'it is drained, or time is over',
    () => handled >= sent || (first > 0 && performance.now() - first > ms),
    {
      within: '5m',
    },
  );
  await reading.stop();
  const rest = sent - handled;
  return {
    value: (handled * 1_000) / (last - first),
    unit: '/s',
    ...(rest > 0 && { note: `${rest.toLocaleString('en')} were left` }),
  };
}
