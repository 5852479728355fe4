import type { Publisher } from '@waybill/outbox';
import { figure, method, ratePerSecond, rounds } from '../rounds.js';
import { messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';

const HISTORY = 5_000_000;
const CHUNK = 100_000;
const ROWS = 100_000;
const ROUNDS = 9;

const confirmsImmediately: Publisher = { publish: async (batch) => batch.map(() => ({ status: 'published' })) };

/** Whether messages that were published long ago cost anything. */
export async function history(): Promise<void> {
  method(
    'outbox/history',
    `${ROWS} rows of 1 KiB relayed to a publisher that confirms immediately, in a new database and in one that has relayed ${HISTORY}\n` +
      `  rows before, inserted by SQL ${CHUNK} at a time. In turns, median of the rounds.`,
  );
  const fresh = await OutboxDatabase.open();
  const old = await OutboxDatabase.open();
  const start = performance.now();
  for (let n = 0; n < HISTORY / CHUNK; n++) {
    await old.addBySql(CHUNK);
    await old.relay(confirmsImmediately, CHUNK, 1_000);
  }
  console.log(`    ${HISTORY} rows of history took ${((performance.now() - start) / 1_000).toFixed(0)} s`);

  const all = messages(ROWS, 'orders');
  const measured = (service: OutboxDatabase) => async () => {
    await service.add(all);
    await service.settle();
    return ratePerSecond(ROWS, () => service.relay(confirmsImmediately, ROWS));
  };
  const medians = await rounds(ROUNDS, { 'with history': measured(old), 'without history': measured(fresh) });
  const ratio = medians['with history'] / medians['without history'];
  figure('with / without', ratio.toFixed(2), { text: 'at least 0.9', met: ratio >= 0.9 });
  await Promise.all([fresh.database.drop(), old.database.drop()]);
}
