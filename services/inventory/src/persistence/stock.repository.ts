import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import type { Item, Shelf } from '../domain/reservation.js';

/**
 * Stock and its reservations. Every change first locks all its products in one statement, sorted by SKU, so that
 * concurrent changes cannot deadlock.
 */
export class StockRepository {
  /** Available units of these products, locked until the transaction ends. */
  async lockShelf(tx: Tx, skus: readonly string[]): Promise<Shelf> {
    const { rows } = await tx.query<{ sku: string; available: number }>(
      'SELECT sku, on_hand - reserved AS available FROM products WHERE sku = ANY ($1) ORDER BY sku FOR UPDATE',
      [skus],
    );
    return new Map(rows.map(({ sku, available }) => [sku, available]));
  }

  /** Call it with the shelf locked and found sufficient. */
  async reserve(tx: Tx, { orderId, attempt }: Attempt, items: readonly Item[]): Promise<void> {
    await tx.query(
      `WITH reserved_items AS (
         INSERT INTO reservations (order_id, attempt, sku, quantity)
         SELECT $1, $2, sku, quantity FROM unnest($3::text[], $4::integer[]) AS item (sku, quantity)
         RETURNING sku, quantity)
       UPDATE products SET reserved = reserved + reserved_items.quantity
       FROM reserved_items WHERE products.sku = reserved_items.sku`,
      [orderId, attempt, items.map(({ sku }) => sku), items.map(({ quantity }) => quantity)],
    );
  }

  /** Releases the attempt's open reservations. */
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
      `WITH released AS (
         UPDATE reservations SET status = 'RELEASED'
         WHERE order_id = $1 AND attempt = $2 AND status = 'OPEN' RETURNING sku, quantity)
       UPDATE products SET reserved = reserved - released.quantity FROM released WHERE products.sku = released.sku`,
      [orderId, attempt],
    );
  }

  /** Turns the open reservations of these attempts into shipped units, which are no longer on hand. */
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
      `WITH shipped_items AS (
         UPDATE reservations SET status = 'SHIPPED' FROM ${GIVEN_ATTEMPTS}
         WHERE reservations.order_id = given.order_id AND reservations.attempt = given.attempt AND status = 'OPEN'
         RETURNING sku, quantity),
       per_sku AS (SELECT sku, sum(quantity)::integer AS quantity FROM shipped_items GROUP BY sku)
       UPDATE products
       SET on_hand = on_hand - per_sku.quantity, reserved = reserved - per_sku.quantity, shipped = shipped + per_sku.quantity
       FROM per_sku WHERE products.sku = per_sku.sku`,
      params,
    );
  }

  /**
   * Sets the units on hand after a stock count. `unknown`: there is no such product. `below-reserved`: nothing was
   * changed, because more than `onHand` is reserved.
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
