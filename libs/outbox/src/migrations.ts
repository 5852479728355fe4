import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

/** The tables that a library keeps in the service's database, in schema `waybill`. */
export interface LibraryMigrations {
  /** Name of the library; stays the same for ever. */
  library: string;
  /** Folder of SQL files named `0001_what.sql`, with a slash at the end. */
  directory: URL;
}

/** The outbox's own. */
export const outboxMigrations: LibraryMigrations = {
  library: 'outbox',
  directory: new URL('../sql/', import.meta.url),
};

/**
 * Brings the libraries' tables to their newest state: each file once, in the order of names, in a transaction of its own.
 * Safe to run from several processes at once. Rejects when an applied file has been changed since.
 */
export async function migrateLibraries(
  database: pg.Pool | pg.ClientBase,
  ...migrations: LibraryMigrations[]
): Promise<void> {
  if (!isPool(database)) return migrateOn(database, migrations);
  const client = await database.connect();
  try {
    await migrateOn(client, migrations);
  } finally {
    client.release();
  }
}

const isPool = (database: pg.Pool | pg.ClientBase): database is pg.Pool => 'totalCount' in database;

const LOCK = `hashtextextended('waybill.migrations', 0)`;

async function migrateOn(client: pg.ClientBase, migrations: LibraryMigrations[]): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  try {
    await client.query('CREATE SCHEMA IF NOT EXISTS waybill');
    await client.query(`
      CREATE TABLE IF NOT EXISTS waybill.migrations (
        library    text        NOT NULL,
        name       text        NOT NULL,
        checksum   text        NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (library, name)
      )`);
    for (const { library, directory } of migrations) await migrateLibrary(client, library, directory);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
  }
}

async function migrateLibrary(client: pg.ClientBase, library: string, directory: URL): Promise<void> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM waybill.migrations WHERE library = $1',
    [library],
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();

  for (const name of names) {
    const sql = await readFile(new URL(name, directory), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = applied.get(name);
    if (before === checksum) continue;
    if (before) throw new Error(`${library}/${name} was applied and has been changed since: add a new file instead`);
    await apply(client, { library, name, checksum, sql });
  }
}

async function apply(
  client: pg.ClientBase,
  file: { library: string; name: string; checksum: string; sql: string },
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query('INSERT INTO waybill.migrations (library, name, checksum) VALUES ($1, $2, $3)', [
      file.library,
      file.name,
      file.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`${file.library}/${file.name} failed: ${(error as Error).message}`, { cause: error });
  }
}
