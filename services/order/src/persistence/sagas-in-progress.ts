import type { Database, Logger } from '@waybill/platform';
import { Gauge, register } from 'prom-client';
import { type OrderStatus, UNFINISHED } from '../domain/order.js';

interface InProgress {
  status: OrderStatus;
  orders: number;
  /** Seconds since the one that was changed first has been in this status. */
  oldest: number;
  undoing: number;
  oldest_undoing: number | null;
}

// By the index on the status: it reads only the orders that are in progress.
const IN_PROGRESS = `
  SELECT status, count(*)::integer AS orders,
    extract(epoch FROM now() - min(updated_at))::float8 AS oldest,
    count(*) FILTER (WHERE outcome IN ('FAILED', 'CANCELLED'))::integer AS undoing,
    extract(epoch FROM now() - min(outcome_decided_at) FILTER (WHERE outcome IN ('FAILED', 'CANCELLED')))::float8 AS oldest_undoing
  FROM orders WHERE status = ANY ($1::order_status[]) GROUP BY status`;

/**
 * Registers how many orders are in progress and how long without a change, and how many of them are undoing their steps, measured
 * at each scrape. They disappear while the database is unavailable, because their last values would look healthy.
 */
export function registerSagasInProgress(database: Database, logger: Logger): void {
  let measuring: Promise<void> | undefined;
  // A scrape collects all gauges concurrently; they share one query.
  const collect = () => {
    measuring ??= measure().finally(() => {
      measuring = undefined;
    });
    return measuring;
  };
  const gauge = (name: string, help: string, labelNames: string[] = []) => {
    register.removeSingleMetric(name);
    return new Gauge({ name, help, labelNames, collect });
  };
  const orders = gauge('waybill_orders_in_progress', 'Orders without an end, by status', ['status']);
  const oldest = gauge(
    'waybill_orders_in_progress_oldest_seconds',
    'How long the order that has not changed for longest has been in its status',
    ['status'],
  );
  const undoing = gauge(
    'waybill_compensations_in_progress',
    'Orders that will be FAILED or CANCELLED and undo their steps',
  );
  const oldestUndoing = gauge(
    'waybill_compensations_oldest_age_seconds',
    'How long the oldest of them has been undoing its steps',
  );

  async function measure(): Promise<void> {
    try {
      const { rows } = await database.autocommit.query<InProgress>(IN_PROGRESS, [UNFINISHED]);
      for (const status of UNFINISHED) {
        const row = rows.find((one) => one.status === status);
        orders.set({ status }, row?.orders ?? 0);
        oldest.set({ status }, row?.oldest ?? 0);
      }
      undoing.set(rows.reduce((sum, row) => sum + row.undoing, 0));
      oldestUndoing.set(Math.max(0, ...rows.map((row) => row.oldest_undoing ?? 0)));
    } catch (error) {
      for (const each of [orders, oldest]) each.reset();
      for (const each of [undoing, oldestUndoing]) each.remove(); // `reset` would show a zero
      logger.debug({ err: error }, 'could not count the orders in progress');
    }
  }
}
