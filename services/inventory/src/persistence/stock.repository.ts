import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import type { Item, Shelf } from '../domain/reservation.js';

/**
 * The stock and who holds it. Every change locks its products first, all at once and sorted by SKU, so that no two can
 * wait for each other.
 */
export class StockRepository {
  /** What is available of these products, locked until the transaction ends. */
  async lockShelf(tx: Tx, skus: readonly string[]): Promise<Shelf> {
    const { rows } = await tx.query<{ sku: string; available: number }>(
      'SELECT sku, on_hand - reserved AS available FROM products WHERE sku = ANY ($1) ORDER BY sku FOR UPDATE',
      [skus],
    );
    return new Map(rows.map(({ sku, available }) => [sku, available]));
  }

  /** Holds the items; the shelf has been locked and found sufficient. */
  async reserve(tx: Tx, { orderId, attempt }: Attempt, items: readonly Item[]): Promise<void> {
    await tx.query(
      `WITH held AS (
         INSERT INTO reservations (order_id, attempt, sku, quantity)
         SELECT $1, $2, sku, quantity FROM unnest($3::text[], $4::integer[]) AS item (sku, quantity)
         RETURNING sku, quantity)
       UPDATE products SET reserved = reserved + held.quantity FROM held WHERE products.sku = held.sku`,
      [orderId, attempt, items.map(({ sku }) => sku), items.map(({ quantity }) => quantity)],
    );
  }

  /** Gives back what this attempt holds. */
  async release(tx: Tx, { orderId, attempt }: Attempt): Promise<void> {
    const { rows } = await tx.query<{ sku: string }>(
      `SELECT sku FROM reservations WHERE order_id = $1 AND attempt = $2 AND status = 'OPEN'`,
      [orderId, attempt],
    );
    await this.lockShelf(
      tx,
      rows.map(({ sku }) => sku),
    );
    await tx.query(
      `WITH freed AS (
         UPDATE reservations SET status = 'RELEASED'
         WHERE order_id = $1 AND attempt = $2 AND status = 'OPEN' RETURNING sku, quantity)
       UPDATE products SET reserved = reserved - freed.quantity FROM freed WHERE products.sku = freed.sku`,
      [orderId, attempt],
    );
  }

  /** Takes what these attempts hold off the shelf for good: it leaves the house. */
  async ship(tx: Tx, attempts: readonly Attempt[]): Promise<void> {
    const params = [attempts.map(({ orderId }) => orderId), attempts.map(({ attempt }) => attempt)];
    const { rows } = await tx.query<{ sku: string }>(
      `SELECT DISTINCT sku FROM reservations JOIN ${GIVEN_ATTEMPTS} USING (order_id, attempt) WHERE status = 'OPEN'`,
      params,
    );
    await this.lockShelf(
      tx,
      rows.map(({ sku }) => sku),
    );
    await tx.query(
      `WITH gone AS (
         UPDATE reservations SET status = 'SHIPPED' FROM ${GIVEN_ATTEMPTS}
         WHERE reservations.order_id = given.order_id AND reservations.attempt = given.attempt AND status = 'OPEN'
         RETURNING sku, quantity),
       per_sku AS (SELECT sku, sum(quantity)::integer AS quantity FROM gone GROUP BY sku)
       UPDATE products
       SET on_hand = on_hand - per_sku.quantity, reserved = reserved - per_sku.quantity, shipped = shipped + per_sku.quantity
       FROM per_sku WHERE products.sku = per_sku.sku`,
      params,
    );
  }

  /**
   * Sets what is on hand, as after a stocktaking. `unknown`: there is no such product; `below-reserved`: it would be less
   * than what is promised, and nothing was changed.
   */
  async setOnHand(tx: Tx, sku: string, onHand: number): Promise<'set' | 'unknown' | 'below-reserved'> {
    const { rows } = await tx.query<{ reserved: number }>('SELECT reserved FROM products WHERE sku = $1 FOR UPDATE', [
      sku,
    ]);
    if (!rows[0]) return 'unknown';
    if (onHand < rows[0].reserved) return 'below-reserved';
    await tx.query('UPDATE products SET on_hand = $2, initial = $2 + shipped WHERE sku = $1', [sku, onHand]);
    return 'set';
  }
}

const GIVEN_ATTEMPTS = 'unnest($1::uuid[], $2::integer[]) AS given (order_id, attempt)';
