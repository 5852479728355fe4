import { consumers, contracts } from '@waybill/contracts';
import { type Contract, releaseParkedOf } from '@waybill/messaging';
import type { Destination } from './system-under-test.js';

const services = Object.entries(consumers);
const consumersOf = (queue: string) =>
  services.filter(([, { queues }]) => queues.some(({ name }) => name === queue)).map(([service]) => service);

const ofQueue = ({ type, destination }: Contract, of = consumersOf(destination.name)): Destination => ({
  source: destination.name,
  type,
  consumers: of,
});

/** Every task and reply, and what releases the parked events of each consumer group. */
export const queueDestinations: readonly Destination[] = [
  ...contracts.filter(({ kind }) => kind !== 'event').map((contract) => ofQueue(contract)),
  ...services.filter(([, { topics }]) => topics.length > 0).map(([group]) => ofQueue(releaseParkedOf(group), [group])),
];

/** What is sent as a message of some type. */
export interface Unreadable {
  type: string;
  bytes: string;
  /** Stands in the error of its dead letter. */
  error: string;
}

const MEGABYTE = 1024 * 1024;
const UNKNOWN = 'waybill.Unknown.v1';

/** Bodies that cannot be read, and a version that does not exist, of a type that is handled. */
export function unreadableOf(type: string): Unreadable[] {
  const ofUnknownVersion = type.replace(/\d+$/, '99');
  return [
    { type, bytes: '{ "orderId": ', error: 'not JSON' },
    { type, bytes: '', error: 'not JSON' },
    { type, bytes: '{ "orderId": 42 }', error: `not a ${type}` },
    { type: ofUnknownVersion, bytes: '{}', error: ofUnknownVersion },
  ];
}

/** Every group skips an event of this type; a task of it is an error in any queue. */
export const unknownType: Unreadable = { type: UNKNOWN, bytes: '{}', error: UNKNOWN };

/** Larger than Kafka accepts. */
export const largeOf = (type: string): Unreadable => ({
  type,
  bytes: JSON.stringify('x'.repeat(2 * MEGABYTE)),
  error: `not a ${type}`,
});
