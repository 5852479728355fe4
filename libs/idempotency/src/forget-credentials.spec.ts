import { readFile } from 'node:fs/promises';
import { migrateLibraries } from '@waybill/outbox';
import { freshDatabase } from '@waybill/testing';
import { idempotencyMigrations } from './migrations.js';

it('forgets keys whose scope is a credential, and makes quoted keys bare', async () => {
  const { pool, drop } = await freshDatabase();
  await migrateLibraries(pool, idempotencyMigrations);
  const before: [scope: string, key: string][] = [
    ['POST /orders anonymous', 'bare'],
    ['POST /orders anonymous', '"quoted"'],
    ['POST /orders anonymous', String.raw`"with \"quotes\""`],
    ['POST /orders anonymous', '"bare"'],
    ['POST /orders anonymous', '"'],
    ['POST /orders Bearer secret', 'k'],
    ['POST /orders Basic YW5vbnltb3Vz', 'k'],
  ];
  for (const pair of before) {
    await pool.query(`INSERT INTO waybill.idempotency_keys VALUES ($1, $2, 'f', 202, '{}', '')`, pair);
  }
  const sql = await readFile(new URL('0010_forget_credentials.sql', idempotencyMigrations.directory), 'utf8');
  await pool.query(sql.replaceAll(':schema', 'waybill'));

  const { rows } = await pool.query('SELECT scope, key FROM waybill.idempotency_keys ORDER BY key');
  expect(new Set(rows.map(({ scope }) => scope))).toEqual(new Set(['POST /orders anonymous']));
  expect(rows.map(({ key }) => key).sort()).toEqual(['"', '"bare"', 'bare', 'quoted', 'with "quotes"']);
  await drop();
});
