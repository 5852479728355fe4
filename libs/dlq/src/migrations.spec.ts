import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { migrateLibraries, pgTx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { AuditLog } from './audit-log.js';
import { Batches } from './batches.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { deadLetterMigrations } from './migrations.js';
import { Review } from './review.js';

const FIRST = '0001_dead_letters.sql';
const [waiting, resolved, batch] = [1, 2, 3].map((n) => `019e0000-0000-7000-8000-00000000000${n}`);

let database: FreshDatabase;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'waybill-dlq-'));
  cpSync(fileURLToPath(new URL(FIRST, deadLetterMigrations.directory)), join(folder, FIRST));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

it('the migrations keep dead letters, batches and history of the first version', async () => {
  const { pool } = database;
  await migrateLibraries(pool, { library: 'dlq', directory: pathToFileURL(`${folder}/`) });
  for (const [id, status] of [
    [waiting, 'waiting'],
    [resolved, 'resubmitted'],
  ]) {
    await pool.query(
      `INSERT INTO waybill.dead_letters (id, identity, source_kind, source, consumer, class, error, pattern, place,
         failure_group, attempts, message_id, type, first_failed_at, last_failed_at, status, headers, body)
       VALUES ($1, $2, 'queue', 'q', 'c', 'transient', '', '', '', '', 4, $2, 't', now(), now(), $3, '{}', '')`,
      [id, `message ${id}`, status],
    );
  }
  await pool.query(
    `INSERT INTO waybill.dead_letter_batches (id, by, filter, force, selected, resubmitted, status)
     VALUES ($1, 'ada', '{}', false, 2, 1, 'running')`,
    [batch],
  );
  await pool.query(
    `INSERT INTO waybill.dead_letter_acts (dead_letter, act, by, at)
     VALUES ($1, 'failed', 'c', '2026-01-01Z'), ($1, 'resubmitted', 'ada', '2026-01-02Z')`,
    [resolved],
  );
  await pool.query('UPDATE waybill.dead_letters SET batch = $2 WHERE id = $1', [waiting, batch]);

  await migrateLibraries(pool, deadLetterMigrations);

  const { rows } = await pool.query('SELECT id, resolved_at FROM waybill.dead_letters ORDER BY id');
  expect(rows).toEqual([
    { id: waiting, resolved_at: null },
    { id: resolved, resolved_at: new Date('2026-01-02T00:00:00.000Z') },
  ]);
  const tx = pgTx(pool as never);
  expect(await new Batches(new Review()).find(tx, batch!)).toMatchObject({
    action: 'resubmit',
    reason: null,
    status: 'running',
    resolved: 1,
    released: 0,
  });
  const { history } = (await new DeadLetterQueries().find(tx, resolved!))!;
  expect(history.map(({ event }) => event)).toEqual(['failed', 'resubmitted']);
  const audit = await new AuditLog().list(tx, {}, { limit: 10 });
  expect(audit.items).toMatchObject([
    { by: 'ada', action: 'start-batch', batch, subject: 'resubmit', count: 2 },
    { by: 'ada', action: 'resubmit', deadLetter: resolved, at: '2026-01-02T00:00:00.000Z' },
  ]);
});
