import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Counter, register } from 'prom-client';
import { z } from 'zod';
import { Ledger, type LedgerEntry } from './ledger.js';

const Charge = z.strictObject({
  orderId: z.string().min(1).max(64),
  amount: z.int().positive(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  token: z.string().min(1).max(64),
});
const Refund = z.strictObject({ chargeKey: z.string().min(1).max(255), orderId: z.string().min(1).max(64) });
const LedgerQuery = z.strictObject({
  orderId: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.coerce.number().int().nonnegative().default(0),
});

/** How often the tokens that fail at first do so, for each key. */
const FAILURES = 2;
const KNOWN_TOKENS = ['tok_ok', 'tok_slow', 'tok_rate_limited', 'tok_flaky', 'tok_lost_reply'];

export interface ProviderOptions {
  /** Where the ledger is kept. */
  directory: string;
  /** How long `tok_slow` takes, in milliseconds. Default 3,000. */
  slowAfter?: number;
  logLevel?: string;
}

/** The third party's HTTP API. Its ledger says what really happened to the money. */
export function createProvider({ directory, slowAfter = 3_000, logLevel = 'info' }: ProviderOptions): FastifyInstance {
  const server = Fastify({ logger: { level: logLevel }, disableRequestLogging: true, forceCloseConnections: 'idle' });
  const ledger = new Ledger(join(directory, 'ledger.jsonl'));
  server.addHook('onClose', async () => ledger.close());
  operations(server);

  server.post('/charges', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || !key) return problem(reply, 400, 'Idempotency-Key is missing');
    const parsed = Charge.safeParse(request.body);
    if (!parsed.success) return problem(reply, 400, z.prettifyError(parsed.error));
    if (parsed.data.token === 'tok_slow' && !ledger.stateOf(key).charge) await pause(slowAfter);
    return ledger.inTurn(key, () => charge(ledger, key, parsed.data, request, reply));
  });

  server.post('/refunds', async (request, reply) => {
    const parsed = Refund.safeParse(request.body);
    if (!parsed.success) return problem(reply, 400, z.prettifyError(parsed.error));
    const { chargeKey } = parsed.data;
    return ledger.inTurn(chargeKey, () => refund(ledger, chargeKey, reply));
  });

  server.get('/ledger', async (request, reply) => {
    const parsed = LedgerQuery.safeParse(request.query);
    if (!parsed.success) return problem(reply, 400, z.prettifyError(parsed.error));
    const { orderId, limit, cursor } = parsed.data;
    const entries = orderId ? ledger.entries.filter((entry) => entry.orderId === orderId) : ledger.entries;
    const next = cursor + limit;
    return { items: entries.slice(cursor, next), nextCursor: next < entries.length ? String(next) : null };
  });

  return server;
}

async function charge(
  ledger: Ledger,
  key: string,
  charge: z.output<typeof Charge>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { token, ...money } = charge;
  const state = ledger.stateOf(key);
  if (state.charge) {
    if (!isSame(state.charge, money)) return problem(reply, 422, 'the Idempotency-Key was used for another charge');
    return reply.status(200).send(state.charge);
  }
  if (state.voided) return problem(reply, 409, 'this key was refunded before it was charged', 'voided');

  if (token === 'tok_unavailable') return problem(reply, 503, 'not available');
  if ((token === 'tok_flaky' || token === 'tok_rate_limited') && state.failures < FAILURES) {
    await ledger.noteFailure(key);
    if (token === 'tok_flaky') return problem(reply, 503, 'not available');
    return problem(reply.header('retry-after', '1'), 429, 'too many requests');
  }
  if (token === 'tok_declined') return problem(reply, 402, 'the card was declined', 'card_declined');
  if (!KNOWN_TOKENS.includes(token)) return problem(reply, 402, 'there is no such token', 'invalid_token');

  const entry = await ledger.charge(key, money);
  moved.inc({ type: 'charge' });
  if (token !== 'tok_lost_reply') return reply.status(201).send(entry);
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

async function refund(ledger: Ledger, chargeKey: string, reply: FastifyReply) {
  const state = ledger.stateOf(chargeKey);
  if (!state.charge) {
    if (!state.voided) await ledger.void(chargeKey);
    return reply.status(200).send({ outcome: 'voided' });
  }
  if (state.refund) return reply.status(200).send({ outcome: 'refunded', ...state.refund });
  const entry = await ledger.refund(chargeKey, state.charge);
  moved.inc({ type: 'refund' });
  return reply.status(201).send({ outcome: 'refunded', ...entry });
}

const isSame = (before: LedgerEntry, now: { orderId: string; amount: number; currency: string }) =>
  before.orderId === now.orderId && before.amount === now.amount && before.currency === now.currency;

const moved = new Counter({
  name: 'payment_provider_entries_total',
  help: 'Ledger entries written',
  labelNames: ['type'],
});

/** Errors as application/problem+json (RFC 9457); `code` tells refusals apart. */
function problem(reply: FastifyReply, status: number, detail: string, code?: string) {
  return reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: detail, status, ...(code && { code }) });
}

function operations(server: FastifyInstance): void {
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async () => ({ status: 'ready', checks: {} }));
  server.get('/metrics', async (_, reply) => reply.type(register.contentType).send(await register.metrics()));
  server.setNotFoundHandler((_, reply) => problem(reply, 404, 'there is no such thing'));
  server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) request.log.error({ err: error }, 'a request failed');
    return problem(reply, status, status === 500 ? 'something went wrong' : error.message);
  });
}
