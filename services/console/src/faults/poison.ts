import { createHash } from 'node:crypto';
import { consumers, contracts } from '@waybill/contracts';
import { type Contract, encode, newMessageId, type ObjectStore, sourceOf } from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { Problem } from '@waybill/platform';
import type { PoisonClass, PoisonRequest } from './fault.requests.js';

/** A queue or topic to which messages can be sent that fail. */
export interface Destination {
  name: string;
  kind: 'queue' | 'topic';
  /** Services and groups. */
  consumers: string[];
  /** Message types that are sent to it. */
  types: string[];
}

const consumersOf = (name: string) =>
  Object.entries(consumers).flatMap(([service, { queues, topics }]) =>
    [...queues, ...topics].some((one) => one.name === name) ? [service] : [],
  );

/** All that have a consumer, queues first. */
export const DESTINATIONS: readonly Destination[] = [...Map.groupBy(contracts, ({ destination }) => destination.name)]
  .map(([name, sent]) => ({
    name,
    kind: sent[0]!.destination.kind,
    consumers: consumersOf(name),
    types: sent.map(({ type }) => type),
  }))
  .filter((destination) => destination.consumers.length > 0)
  .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));

/** Throws a 400 where there is no such destination, or the type is not sent to it. */
export function contractFor({ target, type }: Pick<PoisonRequest, 'target' | 'type'>): Contract {
  const sent = contracts.filter(({ destination }) => destination.name === target);
  const contract = type ? sent.find((one) => one.type === type) : sent[0];
  if (contract) return contract;
  const known = sent.length ? sent.map((one) => one.type) : DESTINATIONS.map(({ name }) => name);
  const field = sent.length ? 'type' : 'target';
  throw new Problem('invalid-request', { errors: [{ field, message: `must be one of ${known.join(', ')}` }] });
}

const NOT_JSON = Buffer.from('{ "orderId": ');

/** A message as its sender would send it, but for its body, which no consumer can read. */
export function malformed(contract: Contract, key: string): OutboxMessage {
  return { ...withoutBody(contract, key), body: NOT_JSON };
}

/** Its body is said to be in the object store, where it never was: consumers try again, and give up. */
export const transient = (contract: Contract, key: string, { url }: ObjectStore): OutboxMessage =>
  referring(contract, key, { dataref: url + newMessageId(), datadigest: 'sha-256=:none:' });

/** Of the one object that is stored for this, however often it is sent. */
const TOO_MUCH = '00000000-0000-7000-8000-000000000001';
/** Each is an empty list, which takes ten times as much memory as text. */
const EMPTY_LISTS = 12_000_000;

/** Its body is in the object store, and is more than a process has memory for: whoever reads it crashes. */
export async function crashing(contract: Contract, key: string, store: ObjectStore): Promise<OutboxMessage> {
  const body = Buffer.concat([Buffer.from('['), Buffer.alloc(3 * EMPTY_LISTS, '[],'), Buffer.from('[]]')]);
  await store.put(TOO_MUCH, body);
  const digest = createHash('sha256').update(body).digest('base64');
  return referring(contract, key, { dataref: store.url + TOO_MUCH, datadigest: `sha-256=:${digest}:` });
}

export const POISON_BY_CLASS: Record<Exclude<PoisonClass, 'business'>, string> = {
  malformed: 'its body is not JSON',
  transient: 'its body is missing in the object store',
  crashing: 'its body is more than a process has memory for',
};

function referring(contract: Contract, key: string, reference: Record<string, string>): OutboxMessage {
  const message = withoutBody(contract, key);
  const prefix = contract.kind === 'event' ? 'ce_' : 'cloudEvents:';
  const headers = Object.entries(reference).map(([name, value]) => [prefix + name, value]);
  return { ...message, headers: { ...message.headers, ...Object.fromEntries(headers) } };
}

function withoutBody(contract: Contract, key: string): OutboxMessage {
  const anything = { ...contract, schema: { parse: (body: unknown) => body } as Contract['schema'] };
  const message = { contract: { ...anything, subjectOf: () => key }, body: {} };
  return { ...encode(message, sourceOf('faults')), body: Buffer.alloc(0) };
}
