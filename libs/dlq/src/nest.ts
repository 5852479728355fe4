import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { HealthCheck } from '@waybill/outbox';
import type { BatchRunner } from './batch-runner.js';
import type { Collector } from './collector.js';
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
      batches: BatchRunner;
      expiry: DeadLetterExpiry;
    },
  ) {}

  onApplicationBootstrap(): void {
    const { rabbitmq, kafka, batches, expiry } = this.components;
    for (const component of [rabbitmq, kafka, batches, expiry]) component.start();
  }

  healthChecks(): HealthCheck[] {
    return [this.components.rabbitmq, this.components.kafka];
  }

  /** Resolves when everything in flight is committed or requeued. */
  async beforeApplicationShutdown(): Promise<void> {
    const { collector, rabbitmq, kafka, batches, expiry } = this.components;
    collector.stop();
    await Promise.all([rabbitmq.stop(), kafka.stop(), batches.stop(), expiry.stop()]);
  }
}
