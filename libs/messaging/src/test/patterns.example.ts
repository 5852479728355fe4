import type { TransactionRunner, Tx } from '@waybill/outbox';
import { z } from 'zod';
import {
  CallbackRequests,
  ClaimCheck,
  ConsumeProcessProduce,
  defineEvent,
  defineQueue,
  defineReply,
  defineTask,
  defineTopic,
  type Handler,
  type HandlerContext,
  type KafkaPublisher,
  MessageOutbox,
  type MessageSender,
  openObjectStore,
  RateLimitedPublisher,
  type RequestReply,
  rateLimit,
} from '../index.js';
import { quiet } from './workbench.fixture.js';

/** What the pages on messaging in docs/patterns show, each run by patterns.spec.ts. */

export const parcelEvents = defineTopic({ name: 'parcel.events' });
export const parcelWeights = defineTopic({ name: 'parcel.weights' });
export const parcelLabels = defineQueue({ name: 'parcel.labels', maxLength: 1_000 });
export const parcelQuotes = defineQueue({ name: 'parcel.quotes', replicated: false });
export const parcelPickups = defineQueue({ name: 'parcel.pickups' });
export const depotReplies = defineQueue({ name: 'depot.replies' });

const parcel = z.object({ parcelId: z.string() });
const subject = ({ parcelId }: { parcelId: string }) => parcelId;

export const ParcelPacked = defineEvent({
  type: 'depot.ParcelPacked.v1',
  topic: parcelEvents,
  subject: ({ parcelId }) => parcelId, // also the key: events of one parcel stay in order
  schema: z.object({ parcelId: z.string(), grams: z.int() }),
});
export const ParcelWeighed = defineEvent({
  type: 'depot.ParcelWeighed.v1',
  topic: parcelWeights,
  subject,
  schema: parcel.extend({ kilograms: z.number() }),
});
export const PrintLabel = defineTask({ type: 'depot.PrintLabel.v1', queue: parcelLabels, subject, schema: parcel });
export const Quoted = defineReply({
  type: 'depot.Quoted.v1',
  queue: depotReplies,
  subject,
  schema: parcel.extend({ price: z.int() }),
});
export const QuoteParcel = defineTask({
  type: 'depot.QuoteParcel.v1',
  queue: parcelQuotes,
  subject,
  schema: parcel,
  reply: Quoted,
});
export const PickedUp = defineReply({ type: 'depot.PickedUp.v1', queue: depotReplies, subject, schema: parcel });
export const PickUp = defineTask({
  type: 'depot.PickUp.v1',
  queue: parcelPickups,
  subject,
  schema: parcel,
  reply: PickedUp,
});

export async function fireAndForget(sender: MessageSender, parcelId: string) {
  await sender.send(PrintLabel, { parcelId }, { guarantee: 'at-least-once', within: 2_000 });
}

export async function publishSubscribe(sender: MessageSender, parcelId: string) {
  await sender.publish(ParcelPacked, { parcelId, grams: 900 }); // every group that has a handler gets it
}

export async function requestReply(requests: RequestReply, parcelId: string) {
  const { price } = await requests.request(QuoteParcel, { parcelId }, { timeout: 500 }); // or NoReply is thrown
  return price;
}

export class QuoteParcelHandler implements Handler<typeof QuoteParcel> {
  async handle({ parcelId }: { parcelId: string }, { reply }: HandlerContext) {
    await reply({ parcelId, price: 450 });
  }
}

export function callbackRequests(database: TransactionRunner, outbox: MessageOutbox) {
  return new CallbackRequests({
    database,
    outbox,
    logger: quiet,
    task: PickUp,
    onReply: (_reply, about: { parcelId: string }, { tx }) => setStatus(tx, about.parcelId, 'with the carrier'),
    onTimeout: ({ parcelId }, { tx }) => setStatus(tx, parcelId, 'to be phoned'),
  });
}

export async function requestPickUp(
  database: TransactionRunner,
  pickUps: ReturnType<typeof callbackRequests>,
  parcelId: string,
) {
  await database.transaction(async (tx) => {
    await setStatus(tx, parcelId, 'waiting for the carrier');
    await pickUps.request(tx, { parcelId }, { timeout: 60_000, about: { parcelId } }); // sent if and only if tx commits
  });
}

async function setStatus(tx: Tx, parcelId: string, status: string): Promise<void> {
  await tx.query(
    `INSERT INTO parcels (id, status) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status`,
    [parcelId, status],
  );
}

export async function atMostOnce(sender: MessageSender, parcelId: string) {
  await sender.publish(ParcelPacked, { parcelId, grams: 900 }, { guarantee: 'at-most-once' });
}

export async function atLeastOnce(sender: MessageSender, parcelId: string, id: string) {
  await sender.publish(ParcelPacked, { parcelId, grams: 900 }, { guarantee: 'at-least-once', id });
}

export function exactlyOnce(options: Pick<ConstructorParameters<typeof ConsumeProcessProduce>[0], 'kafka' | 'prefix'>) {
  return new ConsumeProcessProduce({
    ...options,
    logger: quiet,
    group: 'scales',
    source: '/depot/scales',
    input: ParcelPacked,
    process: ({ parcelId, grams }) => [ParcelWeighed.of({ parcelId, kilograms: grams / 1_000 })],
  });
}

export function limited(publisher: KafkaPublisher) {
  return new RateLimitedPublisher(publisher, rateLimit(500)); // messages a second, for all that share the limit
}

export function withClaimCheck(database: Tx, folder: string) {
  const store = openObjectStore(`file://${folder}`); // or s3://bucket/prefix
  const claimCheck = new ClaimCheck({ store, database });
  return new MessageOutbox({ source: '/depot', claimCheck });
}
