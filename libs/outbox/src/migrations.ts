import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { schemaName } from './schema.js';

/** The tables of one library. */
export interface LibraryMigrations {
  /** Name of the library; never changes. */
  library: string;
  /**
   * Folder of SQL files named `0001_what.sql`, with a slash at the end. They write `:schema.outbox` for a table `outbox`.
   */
  directory: URL;
  /** PostgreSQL schema for the tables, created when it is missing; see `schemaName`. Default `waybill`. */
  schema?: string;
}

/** The outbox's own. */
export const outboxMigrations: LibraryMigrations = {
  library: 'outbox',
  directory: new URL('../sql/', import.meta.url),
};

/**
 * Brings the libraries' tables to their newest version: each file once, in the order of names, in a transaction of its own.
 * Safe to run from several processes concurrently. Rejects when an applied file has been changed since.
 * For another schema: `migrateLibraries(pool, { ...outboxMigrations, schema: 'tenant' })`.
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
    for (const library of migrations) await migrateLibrary(client, library);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
  }
}

async function migrateLibrary(client: pg.ClientBase, migrations: LibraryMigrations): Promise<void> {
  const { library, directory } = migrations;
  const schema = schemaName(migrations.schema);
  const applied = await appliedFiles(client, schema, library);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();

  for (const name of names) {
    const text = await readFile(new URL(name, directory), 'utf8');
    const checksum = createHash('sha256').update(inSchema(text)).digest('hex');
    const before = applied.get(name);
    if (before === checksum) continue;
    if (before) throw new Error(`${library}/${name} was applied and has been changed since: add a new file instead`);
    await apply(client, schema, { library, name, checksum, sql: inSchema(text, schema) });
  }
}

/** Without a schema it is the default: what a file's checksum is made of, so that it is the same in every schema. */
const inSchema = (text: string, schema?: string) => text.replaceAll(':schema.', `${schemaName(schema)}.`);

/** Checksums by file name. */
async function appliedFiles(client: pg.ClientBase, schema: string, library: string): Promise<Map<string, string>> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(`
    CREATE TABLE IF NOT EXISTS ${schema}.migrations (
      library    text        NOT NULL,
      name       text        NOT NULL,
      checksum   text        NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (library, name)
    )`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `SELECT name, checksum FROM ${schema}.migrations WHERE library = $1`,
    [library],
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

async function apply(
  client: pg.ClientBase,
  schema: string,
  file: { library: string; name: string; checksum: string; sql: string },
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query(`INSERT INTO ${schema}.migrations (library, name, checksum) VALUES ($1, $2, $3)`, [
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
