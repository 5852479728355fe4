import type { ResultTable } from '@waybill/system';
import { until } from '@waybill/testing';
import { type Body, type Broker, bodiesFrom, type Channel } from './broker.js';
import { byTurns, type Contender, contendersOf, type FiguresByName, progress, rowsOf } from './contenders.js';
import type { Sizes } from './sizes.js';
import { effectsDatabase } from './waybill-service.js';

const CASES = [
  { column: '1 KiB', size: 1_024, batch: 100, share: 1 },
  { column: '32 KiB', size: 32_768, batch: 20, share: 1 / 5 },
];

/** Handled messages a second, of those that wait. */
export async function consume(
  brokers: readonly Broker[],
  { rounds, publish, consume: most }: Sizes,
): Promise<ResultTable> {
  const contenders = contendersOf(brokers);
  const withInsert = contenders
    .filter(({ isOurs }) => !isOurs)
    .map((each) => ({ ...each, name: `${each.name} and INSERT` }));
  const all = [...contenders, ...withInsert];
  const { pool } = await effectsDatabase();
  const insert = async ({ n, text }: Body) => {
    await pool.query('INSERT INTO effects (about, body) VALUES ($1, $2)', [String(n), text]);
  };
  const columns: FiguresByName[] = [];
  for (const { column, size, batch, share } of CASES) {
    progress(column);
    const rate = async (contender: Contender) => {
      const channel = await contender.client.open();
      const count = await fill(channel, { size, batch, ms: publish, most: most * share });
      const rate = await drain(channel, count, withInsert.includes(contender) ? insert : undefined);
      await channel.close();
      await pool.query('TRUNCATE effects');
      return rate;
    };
    columns.push(await byTurns(rounds, all, rate));
  }
  return {
    name: 'consume',
    title: 'Consuming, messages a second',
    method:
      `Up to ${most} messages of 1 KiB, or ${most / 5} of 32 KiB, that wait, from the first one until the last one is handled; by turns, median of ${rounds} rounds after one to warm up. ` +
      'Waybill: contract, inbox and one INSERT, 50 messages a commit: each takes effect once. Bare clients: nothing but counting, and with one INSERT a message that a redelivery repeats. ' +
      'At most 100 messages in flight.',
    columns: CASES.map(({ column }) => column),
    rows: rowsOf(all, columns),
  };
}

/** Publishes for so long, or so many; resolves with their number. */
export async function fill(
  channel: Channel,
  { size, batch, ms, most }: { size: number; batch: number; ms: number; most: number },
): Promise<number> {
  const start = performance.now();
  let sent = 0;
  do {
    await channel.publish(bodiesFrom(sent, batch, size));
    sent += batch;
  } while (sent < most && performance.now() - start < ms);
  return sent;
}

async function drain(channel: Channel, count: number, effect?: (body: Body) => Promise<void>): Promise<number> {
  let [first, last, handled] = [0, 0, 0];
  const reading = await channel.consume(async (body) => {
    first ||= performance.now();
    await effect?.(body);
    last = performance.now();
    handled++;
  });
  await until('all are consumed', () => handled >= count, { within: '2m' });
  await reading.stop();
  return (count * 1_000) / (last - first);
}
