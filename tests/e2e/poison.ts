import {
  consumers,
  contracts,
  InventoryReserved,
  OrderConfirmed,
  PaymentCharged,
  ProductUpserted,
  ShipmentDelivered,
} from '@waybill/contracts';
import { type Contract, releaseParkedOf } from '@waybill/messaging';

/** Messages of one type in one queue or topic, and the services that take them there. */
export interface Entrance {
  source: string;
  type: string;
  takers: string[];
}

const services = Object.entries(consumers);
const takersOf = (queue: string) =>
  services.filter(([, { queues }]) => queues.some(({ name }) => name === queue)).map(([service]) => service);

const entrance = ({ type, destination }: Contract, takers = takersOf(destination.name)): Entrance => ({
  source: destination.name,
  type,
  takers,
});

/** Every task and reply, and what groups are told of their parked events. */
export const ofQueues: Entrance[] = [
  ...contracts.filter(({ kind }) => kind !== 'event').map((contract) => entrance(contract)),
  ...services.filter(([, { topics }]) => topics.length > 0).map(([group]) => entrance(releaseParkedOf(group), [group])),
];

/** A group skips types that it does not handle: for each group of each topic one type that it does. */
export const ofTopics: Entrance[] = [
  entrance(OrderConfirmed, ['analytics', 'email', 'inventory']),
  entrance(InventoryReserved, ['analytics']),
  entrance(ShipmentDelivered, ['order']),
  entrance(PaymentCharged, ['analytics']),
  entrance(ProductUpserted, ['order']),
];

/** What is sent as a message of some type. */
export interface Poison {
  type: string;
  bytes: string;
  /** Stands in the error of its dead letter. */
  complaint: string;
}

const MEGABYTE = 1024 * 1024;
const NOBODYS = 'waybill.Nobody.v1';

/** What nobody can read, of a type that is handled. */
export function poisonOf(type: string): Poison[] {
  const ofUnknownVersion = type.replace(/\d+$/, '99');
  return [
    { type, bytes: '{ "orderId": ', complaint: 'not JSON' },
    { type, bytes: '', complaint: 'not JSON' },
    { type, bytes: '{ "orderId": 42 }', complaint: `not a ${type}` },
    { type: ofUnknownVersion, bytes: '{}', complaint: ofUnknownVersion },
  ];
}

/** An event of this type concerns nobody; a task of it is nothing that its queue is for. */
export const unknownType: Poison = { type: NOBODYS, bytes: '{}', complaint: NOBODYS };

/** Kafka takes none of this size. */
export const large = (type: string): Poison => ({
  type,
  bytes: JSON.stringify('x'.repeat(2 * MEGABYTE)),
  complaint: `not a ${type}`,
});
