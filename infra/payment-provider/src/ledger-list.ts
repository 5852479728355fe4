import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Ledger } from './ledger.js';
import { invalid } from './problem.js';

const LedgerQuery = z.strictObject({
  orderId: z.string().min(1).max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  /** How many entries were read before: the ledger only grows, so a place in it stays what it is. */
  cursor: z.coerce.number().int().nonnegative().default(0),
});

/** `GET /ledger`: every charge and refund that really happened, oldest first. */
export function ledgerRoute(server: FastifyInstance, ledger: Ledger): void {
  server.get('/ledger', async (request, reply) => {
    const query = LedgerQuery.safeParse(request.query);
    if (!query.success) return invalid(reply, query.error);
    const { orderId, limit, cursor } = query.data;
    const entries = ledger.list(orderId);
    const next = cursor + limit;
    return { items: entries.slice(cursor, next), nextCursor: next < entries.length ? String(next) : null };
  });
}
