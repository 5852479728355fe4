import { DeadLetterStore, parseDeadLetter, Review } from '@waybill/dlq';
import { pgTx } from '@waybill/outbox';
import { transaction, until } from '@waybill/testing';
import pg from 'pg';
import { SOURCES } from '../sources.js';
import { callApi, type DeadLetter, startConsole } from './console.fixture.js';

const HOUR = 3_600_000;

/** Dead letters of yesterday, one waiting and two resolved, and an ancient one, which every retention ends. */
async function yesterdaysDeadLetters(databaseUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const within = <T>(work: (tx: ReturnType<typeof pgTx>) => Promise<T>) =>
    transaction(pool, (client) => work(pgTx(client)));
  for (const messageId of ['waits', 'resubmitted', 'discarded', 'ancient']) {
    const deadLetter = parseDeadLetter(SOURCES[0]!, { headers: {}, body: Buffer.from('{}'), messageId });
    await within((tx) => new DeadLetterStore().collect(tx, deadLetter));
  }
  const { rows } = await pool.query('SELECT id, message_id FROM waybill.dead_letters');
  const idOf = (messageId: string) => rows.find((row) => row.message_id === messageId).id;
  await within((tx) => new Review().resubmit(tx, idOf('resubmitted'), { by: 'ada' }));
  await within((tx) => new Review().discard(tx, idOf('discarded'), { by: 'ada', reason: 'spam' }));
  await within((tx) => new Review().discard(tx, idOf('ancient'), { by: 'ada', reason: 'spam' }));
  await pool.query(`UPDATE waybill.dead_letters SET resolved_at = '2001-01-01' WHERE message_id = 'ancient'`);
  await pool.query(
    `UPDATE waybill.dead_letters SET resolved_at = resolved_at - interval '1 day', collected_at = '2001-01-01'`,
  );
  await pool.end();
}

it.each([
  { retention: 23 * HOUR, left: ['waits'] },
  { retention: 25 * HOUR, left: ['discarded', 'resubmitted', 'waits'] },
])(
  'of dead letters resolved a day ago, with a retention of $retention ms, $left are left',
  async ({ retention, left }) => {
    const console = await startConsole({
      config: { RESOLVED_DEAD_LETTER_RETENTION: retention },
      before: yesterdaysDeadLetters,
    });
    try {
      await until(`${left} are left`, async () => {
        const { items } = (await callApi<{ items: DeadLetter[] }>(console, 'GET', '/dead-letters')).body;
        return (
          items
            .map(({ messageId }) => messageId)
            .sort()
            .join() === left.join()
        );
      });
    } finally {
      await console.stop();
    }
  },
);
