import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { missingSql } from './schema-engine.js';

const root = join(import.meta.dirname, '..', '..');
const schemas = globSync('services/*/prisma/schema.prisma', { cwd: root }).sort();

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

async function applyMigrations(schema: string): Promise<void> {
  for (const migration of globSync(join(root, schema, '..', 'migrations/*/migration.sql')).sort())
    await database.pool.query(readFileSync(migration, 'utf8'));
}

const TABLE = `
  CREATE TABLE things (id uuid PRIMARY KEY, name text, amount bigint NOT NULL, at timestamptz(3) NOT NULL DEFAULT now());
  CREATE UNIQUE INDEX things_name_key ON things (name)`;
const MODEL = `
  datasource db {
    provider = "postgresql"
  }
  model Thing {
    id     String   @id @db.Uuid
    name   String?  @unique
    amount BigInt
    at     DateTime @default(now()) @db.Timestamptz(3)
    @@map("things")
  }`;

describe('schema.prisma and the SQL migrations', () => {
  it('exist for every service that uses Prisma', () => {
    const manifests = globSync('services/*/package.json', { cwd: root });
    const clients = manifests.filter((path) => readFileSync(join(root, path), 'utf8').includes('"@prisma/client"'));
    expect(clients.length).toBeGreaterThan(0);
    expect(schemas).toHaveLength(clients.length);
  });

  it.each(schemas)(
    '%s describes the tables that its migrations create: columns, types, defaults, keys, indexes',
    async (schema) => {
      await applyMigrations(schema);
      expect(await missingSql(database.url, readFileSync(join(root, schema), 'utf8'))).toBe('');
    },
  );

  it.each([
    ['nothing', '', '', /^$/],
    ['a column', '@@map', 'note String?\n @@map', /ADD COLUMN +"note"/],
    ['a type', 'BigInt', 'Int', /"amount" SET DATA TYPE INTEGER/],
    ['nullability', 'String?', 'String', /"name" SET NOT NULL/],
    ['a default', '@default(now())', '', /"at" DROP DEFAULT/],
    ['a unique constraint', '@unique', '', /DROP INDEX "things_name_key"/],
  ])('differ when they differ in %s', async (_, from, to, missing) => {
    await database.pool.query(TABLE);
    expect(await missingSql(database.url, MODEL.replace(from, to))).toMatch(missing);
  });
});
