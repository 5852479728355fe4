import { migrateLibraries, pgTx, type TransactionRunner, type Tx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { idempotencyMigrations } from './migrations.js';

/** A service's database: `effects` has a row per execution of the work, `guarded_effects` one per effect. */
export class Service implements TransactionRunner {
  private constructor(readonly database: FreshDatabase) {}

  static async open(): Promise<Service> {
    const database = await freshDatabase();
    await migrateLibraries(database.pool, idempotencyMigrations);
    await database.pool.query(
      'CREATE TABLE effects (what text NOT NULL); CREATE TABLE guarded_effects (what text PRIMARY KEY)',
    );
    return new Service(database);
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return transaction(this.database.pool, (client) => work(pgTx(client)));
  }

  async effects(table: 'effects' | 'guarded_effects' = 'effects'): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ what: string }>(`SELECT what FROM ${table} ORDER BY what`);
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

export async function effect(tx: Tx, what: string): Promise<void> {
  await tx.query('INSERT INTO effects (what) VALUES ($1)', [what]);
  await tx.query('INSERT INTO guarded_effects (what) VALUES ($1) ON CONFLICT DO NOTHING', [what]);
}
