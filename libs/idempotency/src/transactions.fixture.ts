import { migrateLibraries, pgTx, type TransactionRunner, type Tx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { idempotencyMigrations } from './migrations.js';

/** A service's database, with a table `effects` for what its work does. */
export class Service implements TransactionRunner {
  private constructor(readonly database: FreshDatabase) {}

  static async open(): Promise<Service> {
    const database = await freshDatabase();
    await migrateLibraries(database.pool, idempotencyMigrations);
    await database.pool.query('CREATE TABLE effects (what text NOT NULL)');
    return new Service(database);
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.database.pool.connect();
    client.on('error', ignore); // a test that kills it sees the query fail
    try {
      await client.query('BEGIN');
      const result = await work(pgTx(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(ignore);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release();
    }
  }

  async effects(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ what: string }>('SELECT what FROM effects ORDER BY what');
    return rows.map(({ what }) => what);
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.database.pool.query(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0].count;
  }

  close(): Promise<void> {
    return this.database.drop();
  }
}

const ignore = () => {};

export const effect = (tx: Tx, what: string) => tx.query('INSERT INTO effects (what) VALUES ($1)', [what]);
