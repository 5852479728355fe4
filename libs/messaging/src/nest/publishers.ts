import { Injectable, Optional } from '@nestjs/common';
import type { Publisher } from '@waybill/outbox';
import {
  BatchingPublisher,
  type DeliveryGuarantee,
  RateLimitedPublisher,
  rateLimit,
  TracedPublisher,
} from '../calls/index.js';
import { KafkaTransport } from './kafka.transport.js';
import { MessagingOptions } from './messaging.options.js';
import { RabbitTransport } from './rabbit.transport.js';

type Broker = 'kafka' | 'rabbitmq';
type PublishersByBroker = Partial<Record<Broker, Publisher>>;

/** Everything that a process publishes, by whichever call, shares one rate limit for each broker. */
@Injectable()
export class Publishers {
  readonly ofRelay: Record<string, Publisher>;
  readonly ofSender: Record<DeliveryGuarantee, PublishersByBroker>;

  constructor(
    { publishPerSecond = {} }: MessagingOptions,
    @Optional() kafka?: KafkaTransport,
    @Optional() rabbit?: RabbitTransport,
  ) {
    const buckets = new Map(Object.entries(publishPerSecond).map(([broker, rate]) => [broker, rateLimit(rate)]));
    const traced = (publishers: PublishersByBroker) =>
      Object.fromEntries(
        Object.entries(publishers).map(([broker, publisher]) => {
          const bucket = buckets.get(broker);
          const limited = bucket ? new RateLimitedPublisher(publisher, bucket) : publisher;
          return [broker, new TracedPublisher(limited, broker)];
        }),
      );
    this.ofRelay = traced({
      ...(kafka && { kafka: kafka.publisher }),
      ...(rabbit && { rabbitmq: rabbit.publisher }),
    });
    this.ofSender = {
      'at-most-once': traced({
        ...(kafka && { kafka: new BatchingPublisher(kafka.unconfirmed) }),
        ...(rabbit && { rabbitmq: rabbit.unconfirmed }),
      }),
      'at-least-once': traced({
        ...(kafka && { kafka: new BatchingPublisher(kafka.oneByOne) }),
        ...(rabbit && { rabbitmq: rabbit.publisher }),
      }),
    };
  }
}
