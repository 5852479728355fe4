import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { migrateLibraries, outboxMigrations } from './migrations.js';

describe("a library's migrations", () => {
  let database: FreshDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const file = (name: string, sql: string) => writeFile(join(folder, name), sql);
  const migrate = (schema?: string) =>
    migrateLibraries(database.pool, { library: 'sample', directory: pathToFileURL(`${folder}/`), schema });

  it('are applied once and in order, however many processes start at once', async () => {
    await file('0002_more.sql', 'ALTER TABLE waybill.sample ADD COLUMN more int');
    await file('0001_sample.sql', 'CREATE TABLE waybill.sample (id int)');
    await Promise.all([migrate(), migrate(), migrate()]);
    await file('0003_last.sql', 'ALTER TABLE waybill.sample ADD COLUMN last int');
    await migrate();
    const { rows } = await database.pool.query('SELECT name FROM waybill.migrations ORDER BY applied_at');
    expect(rows.map(({ name }) => name)).toEqual(['0001_sample.sql', '0002_more.sql', '0003_last.sql']);
  });

  it('roll back a file that fails', async () => {
    await file('0001_broken.sql', 'CREATE TABLE waybill.sample (id int); SELECT 1 / 0');
    await expect(migrate()).rejects.toThrow('sample/0001_broken.sql failed: division by zero');
    await file('0001_broken.sql', 'CREATE TABLE waybill.sample (id int)');
    await migrate();
  });

  it('fail when a file was changed after it was applied', async () => {
    await file('0001_sample.sql', 'SELECT 1');
    await migrate();
    await file('0001_sample.sql', 'SELECT 2');
    await expect(migrate()).rejects.toThrow('sample/0001_sample.sql was applied and has been changed since');
  });

  it('create their tables in each schema, with the same checksum', async () => {
    await file('0001_sample.sql', 'CREATE TABLE :schema.sample (id int)');
    for (const schema of [undefined, 'tenant', undefined, 'tenant']) await migrate(schema);
    const { rows } = await database.pool.query(
      `SELECT first.checksum = second.checksum AS same, 'waybill.sample'::regclass <> 'tenant.sample'::regclass AS two
       FROM waybill.migrations AS first, tenant.migrations AS second`,
    );
    expect(rows).toEqual([{ same: true, two: true }]);
  });

  it.each(['', 'Tenant', 'tenant; DROP SCHEMA public', 'a'.repeat(41)])('reject the schema %j', async (schema) => {
    await expect(migrate(schema)).rejects.toThrow('schema must be');
  });

  it('keep the rejected messages of a database from before their table was renamed', async () => {
    await file('0001_outbox.sql', await readFile(new URL('0001_outbox.sql', outboxMigrations.directory), 'utf8'));
    await migrateLibraries(database.pool, { library: 'outbox', directory: pathToFileURL(`${folder}/`) });
    await database.pool.query(`
      INSERT INTO waybill.outbox_refused (seq, target, destination, id, headers, body, created_at, reason)
      VALUES (1, 'kafka', 'orders', 'm1', '{}', '', now(), 'too large')`);
    await migrateLibraries(database.pool, outboxMigrations);
    const { rows } = await database.pool.query('SELECT id, reason, rejected_at FROM waybill.outbox_rejected');
    expect(rows).toEqual([{ id: 'm1', reason: 'too large', rejected_at: expect.any(Date) }]);
  });

  it('of the outbox are those that existing databases have applied', async () => {
    await migrateLibraries(database.pool, outboxMigrations);
    const { rows } = await database.pool.query('SELECT name, checksum FROM waybill.migrations ORDER BY name');
    expect(rows[0]).toEqual({
      name: '0001_outbox.sql',
      checksum: 'b2ac880afe41119af3fcb6efebd277eff1e78f643484f436a6dfb70a9ec81f13',
    });
  });
});
