import { Injectable } from '@nestjs/common';
import type { Publisher } from '@waybill/outbox';
import type { TokenBucket } from 'limiter';
import { BatchingPublisher, type MessageSenderOptions, RateLimitedPublisher, rateLimit } from '../calls/index.js';
import { KafkaTransport } from './kafka.transport.js';
import { MessagingOptions } from './messaging.options.js';
import { RabbitTransport } from './rabbit.transport.js';

/** All that a process publishes, however it leaves, is under one limit for each broker. */
@Injectable()
export class Publishers {
  readonly ofRelay: Record<'kafka' | 'rabbitmq', Publisher>;
  readonly ofSender: MessageSenderOptions['publishers'];

  constructor(kafka: KafkaTransport, rabbit: RabbitTransport, { publishPerSecond = {} }: MessagingOptions) {
    const limits = { kafka: limitOf(publishPerSecond.kafka), rabbitmq: limitOf(publishPerSecond.rabbitmq) };
    const limited = (publishers: { kafka: Publisher; rabbitmq: Publisher }) => ({
      kafka: limits.kafka ? new RateLimitedPublisher(publishers.kafka, limits.kafka) : publishers.kafka,
      rabbitmq: limits.rabbitmq ? new RateLimitedPublisher(publishers.rabbitmq, limits.rabbitmq) : publishers.rabbitmq,
    });
    this.ofRelay = limited({ kafka: kafka.publisher, rabbitmq: rabbit.publisher });
    this.ofSender = {
      'at-most-once': limited({ kafka: new BatchingPublisher(kafka.unconfirmed), rabbitmq: rabbit.unconfirmed }),
      'at-least-once': limited({ kafka: new BatchingPublisher(kafka.oneByOne), rabbitmq: rabbit.publisher }),
    };
  }
}

const limitOf = (perSecond: number | undefined): TokenBucket | undefined =>
  perSecond === undefined ? undefined : rateLimit(perSecond);
