import type { Tx } from '@waybill/outbox';

/** The schema in which the projection is built anew. */
export const REBUILD_SCHEMA = 'analytics_rebuild';
/** The projection's tables, in the order in which statements lock them: a swap that locks otherwise could deadlock. */
const TABLES = ['order_facts', 'summary_changes', 'summary_totals'];

export interface RebuildRun {
  id: string;
  /** Whether an earlier process began it. */
  isResumed: boolean;
}

export interface UnreadableEvent {
  /** `topic/partition/offset`. */
  place: string;
  /** Null when its key is no order's id. */
  orderId: string | null;
  reason: string;
}

/**
 * The tables of a projection that is built beside the live one. They outlive the process that builds it, so that another one
 * continues; they go when they have taken the live tables' place.
 */
export class ProjectionRebuild {
  constructor(private readonly db: { transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> }) {}

  /** Continues a run that was interrupted, unless it shall `restart` or the tables have changed since; else begins one. */
  begin({ restart = false } = {}): Promise<RebuildRun> {
    return this.db.transaction(async (tx) => {
      const migration = await newestMigration(tx);
      const known = await interruptedRun(tx);
      if (known && known.migration === migration && !restart) return { id: known.id, isResumed: true };

      await tx.query(`DROP SCHEMA IF EXISTS ${REBUILD_SCHEMA} CASCADE`);
      await tx.query(`CREATE SCHEMA ${REBUILD_SCHEMA}`);
      for (const table of TABLES)
        await tx.query(`CREATE TABLE ${REBUILD_SCHEMA}.${table} (LIKE public.${table} INCLUDING ALL)`);
      await tx.query(
        `CREATE TRIGGER record_summary_changes AFTER INSERT OR UPDATE OR DELETE ON ${REBUILD_SCHEMA}.order_facts
         FOR EACH ROW EXECUTE FUNCTION public.record_summary_changes()`,
      );
      await tx.query(
        `CREATE TABLE ${REBUILD_SCHEMA}.run (id uuid NOT NULL DEFAULT gen_random_uuid(), migration text NOT NULL)`,
      );
      await tx.query(
        `CREATE TABLE ${REBUILD_SCHEMA}.unreadable (place text PRIMARY KEY, order_id uuid, reason text NOT NULL)`,
      );
      const { rows } = await tx.query<{ id: string }>(
        `INSERT INTO ${REBUILD_SCHEMA}.run (migration) VALUES ($1) RETURNING id`,
        [migration],
      );
      return { id: rows[0]!.id, isResumed: false };
    });
  }

  /**
   * Puts the rebuilt tables in the place of the live ones. Meanwhile the service handles no event: what it has handled before
   * is in the topics, and `untilRead` must resolve when the rebuilt tables have all of it, or reject, which changes nothing. What
   * it handles afterwards goes to the new tables. Reading the summary waits only for the exchange itself. Resolves with the events
   * that could not be read.
   */
  swap(untilRead: () => Promise<void>): Promise<UnreadableEvent[]> {
    return this.db.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '2s'`);
      await tx.query('LOCK TABLE public.order_facts IN EXCLUSIVE MODE');
      await untilRead();
      // Shorter than deadlock_timeout: if somebody's lock is in the way, this is what gives way.
      await tx.query(`SET LOCAL lock_timeout = '500ms'`);
      for (const schema of ['public', REBUILD_SCHEMA])
        for (const table of TABLES) await tx.query(`LOCK TABLE ${schema}.${table} IN ACCESS EXCLUSIVE MODE`);
      await keepOrdersWithUnreadableEvents(tx);
      const { rows } = await tx.query<UnreadableEvent>(
        `SELECT place, order_id AS "orderId", reason FROM ${REBUILD_SCHEMA}.unreadable ORDER BY place`,
      );
      for (const table of TABLES) {
        await tx.query(`DROP TABLE public.${table}`);
        await tx.query(`ALTER TABLE ${REBUILD_SCHEMA}.${table} SET SCHEMA public`);
      }
      await tx.query(`DROP SCHEMA ${REBUILD_SCHEMA} CASCADE`);
      return rows;
    });
  }

  async addUnreadable({ place, orderId, reason }: UnreadableEvent): Promise<void> {
    await this.db.transaction((tx) =>
      tx.query(
        `INSERT INTO ${REBUILD_SCHEMA}.unreadable (place, order_id, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [place, orderId, reason],
      ),
    );
  }
}

/**
 * Such an event is a dead letter of the service, later events of its order wait behind it, and an operator may have corrected it:
 * no topic tells that. So these orders keep the row that they have, or none.
 */
async function keepOrdersWithUnreadableEvents(tx: Tx): Promise<void> {
  await tx.query(`SET LOCAL search_path = ${REBUILD_SCHEMA}, public`); // of the trigger
  const affected = `order_id IN (SELECT order_id FROM ${REBUILD_SCHEMA}.unreadable)`;
  await tx.query(`DELETE FROM ${REBUILD_SCHEMA}.order_facts WHERE ${affected}`);
  await tx.query(`INSERT INTO ${REBUILD_SCHEMA}.order_facts SELECT * FROM public.order_facts WHERE ${affected}`);
}

async function newestMigration(tx: Tx): Promise<string> {
  const { rows } = await tx.query<{ name: string }>('SELECT max(migration_name) AS name FROM _prisma_migrations');
  return rows[0]!.name;
}

async function interruptedRun(tx: Tx): Promise<{ id: string; migration: string } | undefined> {
  const { rows } = await tx.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
    `${REBUILD_SCHEMA}.run`,
  ]);
  if (!rows[0]!.exists) return undefined;
  return (await tx.query<{ id: string; migration: string }>(`SELECT id, migration FROM ${REBUILD_SCHEMA}.run`)).rows[0];
}
