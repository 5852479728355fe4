import type { Tx } from '@waybill/outbox';

/** Rows of `summary_changes` in one transaction: it takes some 50 ms. */
const BATCH = 10_000;

/** What changes the summary is appended to `summary_changes`; here it becomes part of `summary_totals`. */
export class SummaryTotals {
  constructor(private readonly db: Tx) {}

  /**
   * Moves a batch of changes into the totals and returns whether there may be more. One process at a time does: for another one
   * it does nothing. A reader sees each change once, before and after.
   */
  async addChanges(): Promise<boolean> {
    const { rows } = await this.db.query<{ taken: string }>(
      `WITH taken AS (
         DELETE FROM summary_changes WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM summary_changes
           WHERE (SELECT pg_try_advisory_xact_lock(hashtext('summary totals ' || current_schema()))) LIMIT ${BATCH}))
         RETURNING measure, key, n, amount
       ), added AS (
         INSERT INTO summary_totals AS total (measure, key, n, amount)
         SELECT measure, key, sum(n), sum(amount) FROM taken GROUP BY measure, key
         ON CONFLICT (measure, key) DO UPDATE SET n = total.n + excluded.n, amount = total.amount + excluded.amount
       )
       SELECT count(*) AS taken FROM taken`,
    );
    return Number(rows[0]!.taken) === BATCH;
  }
}
