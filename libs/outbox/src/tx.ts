import type { ClientBase } from 'pg';

/**
 * An open transaction, reduced to what the libraries need. `query` runs one statement with `$1`-style parameters; a statement
 * that fails aborts the transaction.
 */
export interface Tx {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/** The open transaction of a `pg` connection. The caller begins and ends it. */
export function pgTx(client: ClientBase): Tx {
  return {
    async query<Row extends object>(sql: string, params: readonly unknown[] = []) {
      const { rows, rowCount } = await client.query(sql, params as unknown[]);
      return { rows: rows as Row[], rowCount: rowCount ?? 0 };
    },
  };
}

/** The part of Prisma's `TransactionClient` that the adapter uses; structural, so that no Prisma client is imported. */
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

/** Runs transactions. Implement it with your pool or ORM. */
export interface TransactionRunner {
  /** Commits when `work` resolves, rolls back when it rejects. READ COMMITTED. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
