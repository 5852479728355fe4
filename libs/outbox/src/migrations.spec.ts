import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { migrateLibraries } from './migrations.js';

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
  const migrate = () => migrateLibraries(database.pool, { library: 'sample', directory: pathToFileURL(`${folder}/`) });

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
});
