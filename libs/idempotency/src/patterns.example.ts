import type { Tx } from '@waybill/outbox';
import type { Inbox } from './inbox.js';

/** What docs/patterns/idempotency.md shows, each run by patterns.spec.ts. */

export async function setStock(tx: Tx, sku: string, onHand: number): Promise<void> {
  await tx.query('UPDATE stock SET on_hand = $2 WHERE sku = $1', [sku, onHand]);
}

export async function keepLatest(tx: Tx, sku: string, name: string, version: number): Promise<void> {
  await tx.query(
    `INSERT INTO products (sku, name, version) VALUES ($1, $2, $3)
     ON CONFLICT (sku) DO UPDATE SET name = excluded.name, version = excluded.version
     WHERE products.version < excluded.version`,
    [sku, name, version],
  );
}

export async function ship(tx: Tx, orderId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE orders SET status = 'SHIPPED'
     WHERE id = $1 AND status = 'PAID'`,
    [orderId],
  );
  return rowCount === 1; // who changed the row acts, the others find it changed
}

export async function creditUnguarded(tx: Tx, orderId: string): Promise<void> {
  const { rowCount } = await tx.query('SELECT FROM credits WHERE order_id = $1', [orderId]);
  if (rowCount === 0) await tx.query('INSERT INTO credits (order_id) VALUES ($1)', [orderId]);
}

export async function creditLocked(tx: Tx, orderId: string): Promise<void> {
  await tx.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [orderId]); // every writer of credits does this first
  await creditUnguarded(tx, orderId);
}

export async function noteCharge(tx: Tx, orderId: string, attempt: number, amount: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO ledger (order_id, attempt, amount) VALUES ($1, $2, $3)
     ON CONFLICT (order_id, attempt) DO NOTHING`,
    [orderId, attempt, amount],
  );
  return rowCount === 1;
}

export async function countSale(tx: Tx, inbox: Inbox, messageId: string, quantity: number): Promise<void> {
  if (!(await inbox.firstTime(tx, { consumer: 'analytics', messageId }))) return;
  await tx.query('UPDATE sales SET sold = sold + $1', [quantity]);
}
