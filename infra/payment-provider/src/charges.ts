import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Ledger } from './ledger.js';
import type { ProviderMetrics } from './metrics.js';
import { invalid, problem } from './problem.js';
import { decide, type RefusalCode } from './tokens.js';

export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

const ChargeRequest = z.strictObject({
  orderId: z.string().min(1).max(64),
  amount: z.int().positive(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  token: z.string().min(1).max(64),
});
type ChargeRequest = z.output<typeof ChargeRequest>;

export interface ChargeOptions {
  ledger: Ledger;
  metrics: ProviderMetrics;
  /** How long `tok_slow` takes, and `tok_refund_flaky` to reply, in milliseconds. */
  slowAfter: number;
}

/** `POST /charges`: charges once per Idempotency-Key, however many requests repeat it, also concurrently. */
export function chargesRoute(server: FastifyInstance, { ledger, metrics, slowAfter }: ChargeOptions): void {
  server.post('/charges', async (request, reply) => {
    const key = IdempotencyKey.safeParse(request.headers['idempotency-key']);
    if (!key.success) return problem(reply, 400, { errors: [keyComplaint(key.error)] });
    const body = ChargeRequest.safeParse(request.body);
    if (!body.success) return invalid(reply, body.error);

    // Waits outside the key's queue, so that a refund need not wait: it voids the key and stops the charge.
    const state = ledger.stateOf(key.data);
    if (body.data.token === 'tok_slow' && !state.charge && !state.voided) await pause(slowAfter);
    return ledger.inTurn(key.data, () => charge({ ledger, metrics, slowAfter }, key.data, body.data, reply));
  });
}

async function charge(
  { ledger, metrics, slowAfter }: ChargeOptions,
  key: string,
  { token, ...wanted }: ChargeRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const request = fingerprintOf({ token, ...wanted });
  const state = ledger.stateOf(key);
  if (state.request && state.request !== request) {
    return problem(reply, 422, { detail: 'the Idempotency-Key was used for another charge' });
  }
  if (state.charge) return reply.status(200).send(state.charge);
  if (state.voided)
    return problem(reply, 409, { code: 'voided', detail: 'the key was refunded before it was charged' });
  if (state.refusal) return refused(reply, state.refusal);

  const decision = decide(token, state.failures);
  if (decision.answer === 'refuse') {
    await ledger.refuse(key, request, decision.code);
    return refused(reply, decision.code);
  }
  if (decision.answer === 'fail') {
    if (decision.counted) await ledger.recordFailure(key, request);
    if (decision.status === 429) void reply.header('retry-after', '1');
    return problem(reply, decision.status);
  }
  const { loseReply, failRefunds } = decision;
  const entry = await ledger.charge(key, request, wanted, failRefunds);
  metrics.entries.inc({ type: 'charge' });
  if (failRefunds) await pause(slowAfter); // time to cancel an order that is charged
  return loseReply ? hangUp(reply) : reply.status(201).send(entry);
}

/** A hash, because the token itself must not be stored once it was used. */
function fingerprintOf({ orderId, amount, currency, token }: ChargeRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([orderId, amount, currency, token]))
    .digest('base64url');
}

function refused(reply: FastifyReply, code: RefusalCode): FastifyReply {
  return problem(reply, 402, { code });
}

/** Closes the connection without a response. */
function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

function keyComplaint(error: z.ZodError) {
  const [issue] = error.issues;
  const message = issue?.code === 'invalid_type' ? 'is missing' : (issue?.message ?? 'is not valid');
  return { field: 'Idempotency-Key', message };
}
