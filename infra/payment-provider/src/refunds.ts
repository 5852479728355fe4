import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { IdempotencyKey } from './charges.js';
import type { Ledger } from './ledger.js';
import type { ProviderMetrics } from './metrics.js';
import { invalid, problem } from './problem.js';

const RefundRequest = z.strictObject({ chargeKey: IdempotencyKey, orderId: z.string().min(1).max(64) });
type RefundRequest = z.output<typeof RefundRequest>;

export interface RefundOptions {
  ledger: Ledger;
  metrics: ProviderMetrics;
}

/**
 * `POST /refunds`: afterwards the key of the charge holds no money. A charge is refunded once; if there was none yet, the key
 * is void and later charges with it are rejected.
 */
export function refundsRoute(server: FastifyInstance, options: RefundOptions): void {
  server.post('/refunds', async (request, reply) => {
    const body = RefundRequest.safeParse(request.body);
    if (!body.success) return invalid(reply, body.error);
    return options.ledger.inTurn(body.data.chargeKey, () => refund(options, body.data, reply));
  });
}

async function refund({ ledger, metrics }: RefundOptions, { chargeKey, orderId }: RefundRequest, reply: FastifyReply) {
  const { charge, refund: before, voided, failRefunds } = ledger.stateOf(chargeKey);
  if (!charge) {
    if (!voided) await ledger.void(chargeKey);
    return reply.status(200).send({ outcome: 'voided' });
  }
  if (charge.orderId !== orderId) return problem(reply, 422, { detail: 'this key was charged for another order' });
  if (before) return reply.status(200).send({ outcome: 'refunded', chargeId: charge.id, ...before });

  if (failRefunds) {
    await ledger.recordRefundFailure(chargeKey);
    return problem(reply, 503);
  }
  const entry = await ledger.refund(chargeKey, charge);
  metrics.entries.inc({ type: 'refund' });
  return reply.status(201).send({ outcome: 'refunded', chargeId: charge.id, ...entry });
}
