import type { ClientBase } from 'pg';

/**
 * An open transaction, as little of it as the libraries need. `query` runs one statement with `$1`-style parameters
 * and fails the transaction when the statement fails.
 */
export interface Tx {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/** The transaction that is open on this connection of `pg`. Beginning and ending it stays with the caller. */
export function pgTx(client: ClientBase): Tx {
  return {
    async query<Row extends object>(sql: string, params: readonly unknown[] = []) {
      const { rows, rowCount } = await client.query(sql, params as unknown[]);
      return { rows: rows as Row[], rowCount: rowCount ?? 0 };
    },
  };
}

/** What of Prisma's `TransactionClient` the adapter needs; structural, so that no Prisma client is imported. */
export interface PrismaTransactionClient {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

const RETURNS_ROWS = /^\s*(select|with|values|show|table)\b|\breturning\b/i;

/** The transaction inside Prisma's `$transaction(async (client) => ...)`. */
export function prismaTx(client: PrismaTransactionClient): Tx {
  return {
    async query<Row extends object>(sql: string, params: readonly unknown[] = []) {
      if (!RETURNS_ROWS.test(sql)) return { rows: [], rowCount: await client.$executeRawUnsafe(sql, ...params) };
      const rows = await client.$queryRawUnsafe<Row[]>(sql, ...params);
      return { rows, rowCount: rows.length };
    },
  };
}

/** What runs transactions: platform's `Database`, or anything that looks like it. */
export interface TransactionRunner {
  /** Commits what `work` did when it resolves, undoes it when it rejects. READ COMMITTED. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
