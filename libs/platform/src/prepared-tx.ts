import { createHash } from 'node:crypto';
import type { Tx } from '@waybill/outbox';
import type pg from 'pg';

/**
 * The transaction on this connection, with prepared statements: each is parsed and planned once per connection, not per
 * call. For a fixed set of statements: the server keeps each as long as the connection lives.
 */
export function preparedTx(client: pg.ClientBase): Tx {
  return {
    async query<Row extends object>(sql: string, params: readonly unknown[] = []) {
      const { rows, rowCount } = await client.query({ name: nameOf(sql), text: sql, values: params as unknown[] });
      return { rows: rows as Row[], rowCount: rowCount ?? 0 };
    },
  };
}

/** SQLSTATE 0A000: a migration changed what a statement returns, so this connection's plan for it is outdated. */
export const isPlanOutdated = (error: unknown): boolean =>
  (error as { code?: string }).code === '0A000' && /cached plan/.test((error as Error).message);

const names = new Map<string, string>();

function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = createHash('sha256').update(sql).digest('hex').slice(0, 32);
  names.set(sql, name);
  return name;
}
