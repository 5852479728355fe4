import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

  it('leave nothing of a file that fails', async () => {
    await file('0001_broken.sql', 'CREATE TABLE waybill.sample (id int); SELECT 1 / 0');
    await expect(migrate()).rejects.toThrow('sample/0001_broken.sql failed: division by zero');
    await file('0001_broken.sql', 'CREATE TABLE waybill.sample (id int)');
    await migrate();
  });

  it('refuse to go on from a file that was changed after it was applied', async () => {
    await file('0001_sample.sql', 'SELECT 1');
    await migrate();
    await file('0001_sample.sql', 'SELECT 2');
    await expect(migrate()).rejects.toThrow('sample/0001_sample.sql was applied and has been changed since');
  });

  it('have a copy of their tables in each schema, and the same checksum', async () => {
    await file('0001_sample.sql', 'CREATE TABLE :schema.sample (id int)');
    for (const schema of [undefined, 'acme', undefined, 'acme']) await migrate(schema);
    const { rows } = await database.pool.query(
      `SELECT first.checksum = second.checksum AS same, 'waybill.sample'::regclass <> 'acme.sample'::regclass AS two
       FROM waybill.migrations AS first, acme.migrations AS second`,
    );
    expect(rows).toEqual([{ same: true, two: true }]);
  });

  it.each(['', 'Acme', 'acme; DROP SCHEMA public', 'a'.repeat(41)])('reject the schema %j', async (schema) => {
    await expect(migrate(schema)).rejects.toThrow('schema must be');
  });

  it('of the outbox are those that databases of before have applied', async () => {
    await migrateLibraries(database.pool, outboxMigrations);
    const { rows } = await database.pool.query('SELECT name, checksum FROM waybill.migrations');
    expect(rows).toContainEqual({
      name: '0001_outbox.sql',
      checksum: 'b2ac880afe41119af3fcb6efebd277eff1e78f643484f436a6dfb70a9ec81f13',
    });
  });
});
