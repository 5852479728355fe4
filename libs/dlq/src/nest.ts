import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { HealthCheck } from '@waybill/outbox';
import type { BatchRunner } from './batch-runner.js';
import type { Intake } from './intake.js';
import type { KafkaIntake } from './kafka-intake.js';
import type { LetterExpiry } from './letter-expiry.js';
import type { RabbitIntake } from './rabbit-intake.js';

/** Gathers dead letters, takes the steps of batches and deletes what is old, as long as the application runs. */
export class DeadLetterService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly parts: {
      intake: Intake;
      rabbitmq: RabbitIntake;
      kafka: KafkaIntake;
      batches: BatchRunner;
      expiry: LetterExpiry;
    },
  ) {}

  onApplicationBootstrap(): void {
    const { rabbitmq, kafka, batches, expiry } = this.parts;
    for (const part of [rabbitmq, kafka, batches, expiry]) part.start();
  }

  healthChecks(): HealthCheck[] {
    return [this.parts.rabbitmq, this.parts.kafka];
  }

  /** What is in hand is committed or given back. */
  async beforeApplicationShutdown(): Promise<void> {
    const { intake, rabbitmq, kafka, batches, expiry } = this.parts;
    intake.stop();
    await Promise.all([rabbitmq.stop(), kafka.stop(), batches.stop(), expiry.stop()]);
  }
}
