import type { Figure, ResultTable } from '@waybill/system';
import { quantile } from '../rounds.js';
import type { Broker, Requester } from './broker.js';
import { contendersOf } from './contenders.js';
import type { Sizes } from './sizes.js';

const CONCURRENT = 50;
const WARM_UPS = 20;

/** Round trips. */
export async function requests(brokers: readonly Broker[], { requests: ms }: Sizes): Promise<ResultTable> {
  const rows = [];
  for (const { name, client } of contendersOf(brokers)) {
    const requester = await client.openRequests?.();
    rows.push({ name, cells: requester ? await measure(requester, ms) : [null, null, null] });
    await requester?.close();
    const [p50, , rate] = rows.at(-1)!.cells;
    if (p50 && rate) console.log(`    ${name.padEnd(34)} p50 ${p50.value.toFixed(1)} ms, ${rate.value.toFixed(0)}/s`);
  }
  return {
    name: 'requests',
    title: 'Request and reply',
    method:
      `One request after the other for ${ms} ms, then ${CONCURRENT} at a time; requester and responder are one process. NATS without a stream and RabbitMQ without durability, as is usual for requests; ` +
      'Kafka by two topics and SQS by two queues, which they make durable all the same. Waybill checks contracts on both sides and offers no requests over Kafka.',
    columns: ['p50', 'p99', `${CONCURRENT} at a time`],
    rows,
  };
}

async function measure(requester: Requester, ms: number): Promise<Figure[]> {
  let next = 0;
  const timed = async (): Promise<number> => {
    const start = performance.now();
    await requester.request(next++);
    return performance.now() - start;
  };
  for (let n = 0; n < WARM_UPS; n++) await timed();
  const waits = await repeatFor(ms, timed);
  const start = performance.now();
  const all = await Promise.all(Array.from({ length: CONCURRENT }, () => repeatFor(ms, timed)));
  const perSecond = (all.flat().length * 1_000) / (performance.now() - start);
  return [
    { value: quantile(waits, 0.5), unit: 'ms' },
    { value: quantile(waits, 0.99), unit: 'ms' },
    { value: perSecond, unit: '/s' },
  ];
}

async function repeatFor(ms: number, work: () => Promise<number>): Promise<number[]> {
  const start = performance.now();
  const results: number[] = [];
  while (performance.now() - start < ms) results.push(await work());
  return results;
}
