import type { ResultTable } from '@waybill/system';
import { type Broker, bodiesFrom } from './broker.js';
import {
  byDefault,
  byTurns,
  type Contender,
  contendersOf,
  type FiguresByName,
  progress,
  rowsOf,
} from './contenders.js';
import type { Sizes } from './sizes.js';

const WARM_UPS = 3;
const CASES = [
  { column: '1 KiB, one by one', size: 1_024, batch: 1 },
  { column: '1 KiB, batches of 100', size: 1_024, batch: 100 },
  { column: '32 KiB, one by one', size: 32_768, batch: 1 },
  { column: '32 KiB, batches of 20', size: 32_768, batch: 20 },
];

/** Confirmed messages a second. */
export async function publish(brokers: readonly Broker[], { rounds, publish: ms }: Sizes): Promise<ResultTable> {
  const contenders = [...contendersOf(brokers), ...byDefault(brokers)];
  const columns: FiguresByName[] = [];
  for (const { column, size, batch } of CASES) {
    progress(column);
    const rate = ({ client }: Contender) => ratePublishing(client, { size, batch, ms });
    columns.push(await byTurns(rounds, contenders, rate));
  }
  return {
    name: 'publish',
    title: 'Publishing, messages a second',
    method:
      `Each client sends for ${ms} ms to a new queue or topic and waits for the confirm of one message, or of all of a batch, before it sends the next; ` +
      `by turns, median of ${rounds} rounds after one to warm up. A confirmed message is on the disk where the broker offers that; the rows "not fsynced" are what it does when nobody asks.`,
    columns: CASES.map(({ column }) => column),
    rows: rowsOf(contenders, columns),
  };
}

async function ratePublishing(
  client: Contender['client'],
  { size, batch, ms }: { size: number; batch: number; ms: number },
): Promise<number> {
  const channel = await client.open();
  for (let n = 0; n < WARM_UPS; n++) await channel.publish(bodiesFrom(n, batch, size));
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < ms) {
    await channel.publish(bodiesFrom(sent, batch, size));
    sent += batch;
  }
  const rate = (sent * 1_000) / (performance.now() - start);
  await channel.close();
  return rate;
}
