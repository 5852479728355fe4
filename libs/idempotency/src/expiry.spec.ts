import { Expiry } from './expiry.js';
import { Service } from './transactions.fixture.js';

it('deletes expired rows batch by batch, and nothing else', async () => {
  const service = await Service.open();
  const { pool } = service.database;
  await pool.query(`
    INSERT INTO waybill.inbox (consumer, message_id, seen_at)
    SELECT 'email', n::text, now() - n * interval '1 day' FROM generate_series(0, 59) n`);
  await pool.query(`
    INSERT INTO waybill.idempotency_keys (scope, key, fingerprint, status, headers, body, created_at)
    SELECT 'POST /orders', n::text, '', 202, '{}', '', now() - n * interval '1 hour' FROM generate_series(0, 47) n`);

  const expiry = new Expiry({ database: pool, logger: { warn: () => {} }, batchSize: 7 });
  await Promise.all([expiry.expire(), expiry.expire()]);

  expect(await service.count('waybill.inbox')).toBe(30);
  expect(await service.count('waybill.idempotency_keys')).toBe(24);
  await service.close();
});
