import { join } from 'node:path';
import { consumers, contracts } from '@waybill/contracts';
import { type Contract, registerConsumerOf, releaseParkedOf } from '@waybill/messaging';
import { handledMessages } from '@waybill/system';
import type { Destination } from './system-under-test.js';

const services = Object.entries(consumers);
const consumersOf = (queue: string) =>
  services.filter(([, { queues }]) => queues.some(({ name }) => name === queue)).map(([service]) => service);

const destinationOf = ({ type, destination }: Contract, of = consumersOf(destination.name)): Destination => ({
  source: destination.name,
  type,
  consumers: of,
});

/** Every task and reply, what releases the parked events of each consumer group, and what applications send to the console. */
export const queueDestinations: readonly Destination[] = [
  ...contracts.filter(({ kind }) => kind !== 'event').map((contract) => destinationOf(contract)),
  ...services
    .filter(([, { topics }]) => topics.length > 0)
    .map(([group]) => destinationOf(releaseParkedOf(group), [group])),
  destinationOf(registerConsumerOf(), ['console']),
];

const handled = handledMessages(join(import.meta.dirname, '..', '..', '..'));
const groupsOf = ({ type }: Contract): string[] =>
  handled.filter(({ contract }) => contract === type.split('.').at(-2)).map(({ service }) => service);

/** Types of events that reach every group of every topic, because a group skips what it does not handle. */
export const handledEvents: readonly Destination[] = reachingEveryGroup(
  contracts
    .filter(({ kind }) => kind === 'event')
    .map((contract) => destinationOf(contract, groupsOf(contract)))
    .toSorted((a, b) => b.consumers.length - a.consumers.length),
);

/** Those that most groups handle come first. */
function reachingEveryGroup(events: readonly Destination[]): Destination[] {
  const reached = new Set<string>();
  return events.filter(({ source, consumers }) => {
    const before = reached.size;
    for (const group of consumers) reached.add(`${source} ${group}`);
    return reached.size > before;
  });
}

/** What is sent as a message of some type. */
export interface Unreadable {
  type: string;
  bytes: string;
  /** Stands in the error of its dead letter. */
  error: string;
}

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

/** Of so many characters. */
export const largeOf = (type: string, length: number): Unreadable => ({
  type,
  bytes: JSON.stringify('x'.repeat(length)),
  error: `not a ${type}`,
});
