import type { TransactionRunner, Tx } from '@waybill/outbox';
import { fingerprintOf, type IdempotencyKeys, type Inbox, parseIdempotencyKey } from './index.js';

/** The README's example, verbatim: a test compares them, and runs this one. */

interface HttpRequest {
  headers: Record<string, string>;
  body: { item: string };
}

// README: a request
async function respond(db: TransactionRunner, keys: IdempotencyKeys, { headers, body }: HttpRequest) {
  const key = parseIdempotencyKey(headers['idempotency-key']); // MalformedIdempotencyKey: 400
  const fingerprint = fingerprintOf({ method: 'POST', path: '/orders', body }); // after validation
  return keys.once(db, { scope: 'POST /orders|anonymous', key, fingerprint }, async (tx) => {
    const id = await placeOrder(tx, body.item);
    return { status: 202, headers: { location: `/orders/${id}` }, body: Buffer.from('{}') };
  }); // if `replayed`, add the header `Idempotency-Replayed: true`
}
// end

// README: a message
async function receive(db: TransactionRunner, inbox: Inbox, message: { id: string; item: string }) {
  await db.transaction(async (tx) => {
    if (await inbox.firstTime(tx, { consumer: 'inventory', messageId: message.id })) await reserve(tx, message.item);
  });
}

// end

export { receive, respond };

async function placeOrder(tx: Tx, item: string): Promise<string> {
  await tx.query('INSERT INTO effects (what) VALUES ($1)', [`an order for ${item}`]);
  return 'o1';
}

async function reserve(tx: Tx, item: string): Promise<void> {
  await tx.query('INSERT INTO effects (what) VALUES ($1)', [`${item} is reserved`]);
}
