import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type LibraryMigrations, migrateLibraries, pgTx, type Tx } from '@waybill/outbox';
import pg from 'pg';
import { SESSION_OPTIONS } from './session-options.js';

export interface Migrations {
  /** Of the service's own database. */
  url: string;
  /** Folder of Prisma's migrations, each `<name>/migration.sql`, applied in the order of their names. */
  directory?: URL | undefined;
  /** Applied first. */
  libraries: LibraryMigrations[];
  /** Inserts initial data. Runs each time, so it must be idempotent. */
  seed?: ((tx: Tx) => Promise<void>) | undefined;
}

/**
 * Creates the database if it is missing and brings it to the newest schema; safe to run concurrently. Rejects when an
 * applied migration has been changed since. Keeps Prisma's own table, so that `prisma migrate status` agrees.
 */
export async function migrate({ url, directory, libraries, seed }: Migrations): Promise<void> {
  await createDatabase(url);
  const client = new pg.Client({ connectionString: url, options: SESSION_OPTIONS });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('service migrations'))`);
    await migrateLibraries(client, ...libraries);
    if (directory) await applyPrismaMigrations(client, directory);
    if (seed) await inTransaction(client, () => seed(pgTx(client)));
  } finally {
    await client.end();
  }
}

async function createDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    if (!isDuplicateDatabase(error)) throw error;
  } finally {
    await client.end();
  }
}

/** 42P04: it exists. 23505: another process is creating it. */
const isDuplicateDatabase = (error: unknown) => ['42P04', '23505'].includes((error as { code: string }).code);

async function applyPrismaMigrations(client: pg.Client, directory: URL): Promise<void> {
  await client.query(PRISMA_MIGRATIONS);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));

  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of names.sort()) {
    const sql = await readFile(new URL(`${name}/migration.sql`, directory), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = applied.get(name);
    if (before === checksum) continue;
    if (before)
      throw new Error(`migration ${name} was applied and has been changed since: add a new migration instead`);
    await applyPrismaMigration(client, { name, sql, checksum });
  }
}

async function applyPrismaMigration(client: pg.Client, migration: { name: string; sql: string; checksum: string }) {
  const { name, sql, checksum } = migration;
  await inTransaction(client, async () => {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  }).catch((error: Error) => {
    throw new Error(`migration ${name} failed: ${error.message}`, { cause: error });
  });
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

const PRISMA_MIGRATIONS = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  varchar(36) PRIMARY KEY,
    checksum            varchar(64) NOT NULL,
    finished_at         timestamptz,
    migration_name      varchar(255) NOT NULL,
    logs                text,
    rolled_back_at      timestamptz,
    started_at          timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;
