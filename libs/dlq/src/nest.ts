import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { HealthCheck } from '@waybill/outbox';
import type { BatchRunner } from './batch-runner.js';
import type { Collector } from './collector.js';
import type { ConsumerRegistrations } from './consumer-registrations.js';
import type { DeadLetterExpiry } from './dead-letter-expiry.js';
import type { KafkaCollector } from './kafka-collector.js';
import type { RabbitCollector } from './rabbit-collector.js';

/** Collects dead letters, runs batches and deletes expired dead letters while the application runs. */
export class DeadLetterService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly components: {
      collector: Collector;
      rabbitmq: RabbitCollector;
      kafka: KafkaCollector;
      /** Default: only what the collectors were given. */
      registrations?: ConsumerRegistrations;
      batches: BatchRunner;
      expiry: DeadLetterExpiry;
    },
  ) {}

  onApplicationBootstrap(): void {
    const { rabbitmq, kafka, registrations, batches, expiry } = this.components;
    for (const component of [rabbitmq, kafka, registrations, batches, expiry]) component?.start();
  }

  healthChecks(): HealthCheck[] {
    const { rabbitmq, kafka, registrations } = this.components;
    return [rabbitmq, kafka, ...(registrations ? [registrations] : [])];
  }

  /** Resolves when everything in flight is committed or requeued. */
  async beforeApplicationShutdown(): Promise<void> {
    const { collector, rabbitmq, kafka, registrations, batches, expiry } = this.components;
    collector.stop();
    await registrations?.stop();
    await Promise.all([rabbitmq.stop(), kafka.stop(), batches.stop(), expiry.stop()]);
  }
}
