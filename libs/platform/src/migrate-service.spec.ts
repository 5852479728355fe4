import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { migrateService } from './migrate-service.js';

const outbox = resolve(import.meta.dirname, '..', '..', 'outbox');
let database: FreshDatabase;
let folder: string;

beforeEach(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'service-'));
  write('package.json', JSON.stringify({ name: '@shop/stock', type: 'module', dependencies: { pg: '*' } }));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const migrate = () => migrateService({ url: database.url, folder: pathToFileURL(`${folder}/`) });

async function has(table: string): Promise<boolean> {
  const { rows } = await database.pool.query('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0].found;
}

describe("a service's database", () => {
  it('has the tables of the libraries that the service depends on, whatever their scope, and of no other', async () => {
    await migrate();
    expect(await has('waybill.outbox')).toBe(false);

    const dependencies = { '@waybill/outbox': 'workspace:*' };
    write('package.json', JSON.stringify({ name: '@shop/stock', type: 'module', dependencies }));
    mkdirSync(join(folder, 'node_modules/@waybill'), { recursive: true });
    symlinkSync(outbox, join(folder, 'node_modules/@waybill/outbox'));
    await migrate();
    expect(await has('waybill.outbox')).toBe(true);
  });

  it("has the service's own migrations, and its seed once more at each run", async () => {
    write('prisma/migrations/0001_stock/migration.sql', 'CREATE TABLE stock (sku text PRIMARY KEY, runs int)');
    write(
      'dist/persistence/seed.js',
      `export const seed = (tx) =>
        tx.query("INSERT INTO stock VALUES ('BOOK-001', 1) ON CONFLICT (sku) DO UPDATE SET runs = stock.runs + 1", []);`,
    );
    await migrate();
    await migrate();
    const { rows } = await database.pool.query('SELECT * FROM stock');
    expect(rows).toEqual([{ sku: 'BOOK-001', runs: 2 }]);
  });
});
