import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Ledger, LedgerEntry } from './ledger.js';
import { invalid } from './problem.js';

const LedgerQuery = z.strictObject({
  /** A UUID in capitals is the same id. */
  orderId: z.union([z.uuid().toLowerCase(), z.string().min(1).max(64)]).optional(),
  /** Entries of then and later. */
  since: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  /** How many entries were read before: the ledger only grows, so a place in it stays what it is. */
  cursor: z.coerce.number().int().nonnegative().default(0),
});

/** `GET /ledger`: every charge and refund that really happened, oldest first. */
export function ledgerRoute(server: FastifyInstance, ledger: Ledger): void {
  server.get('/ledger', async (request, reply) => {
    const query = LedgerQuery.safeParse(request.query);
    if (!query.success) return invalid(reply, query.error);
    const { orderId, since, limit, cursor } = query.data;
    const entries = ledger.list(orderId);
    const start = since && !cursor ? firstSince(entries, since) : cursor;
    const next = start + limit;
    return { items: entries.slice(start, next), nextCursor: next < entries.length ? String(next) : null };
  });
}

/** From the end: what is asked for is mostly recent. */
function firstSince(entries: readonly LedgerEntry[], since: string): number {
  return entries.findLastIndex(({ at }) => at < since) + 1;
}
