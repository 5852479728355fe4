import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { outboxBacklog } from '@waybill/outbox';
import { Database, Logger, Problem } from '@waybill/platform';

const SAMPLE_INTERVAL = 1_000;

export class AdmissionLimits {
  constructor(
    /** Messages that may be waiting in the outbox. */
    readonly backlog: number,
    /** Milliseconds that the oldest of them may have been waiting. */
    readonly age: number,
  ) {}
}

/**
 * Rejects new orders while too many messages are waiting to be published. A full queue fills the outbox, and this is how
 * the back-pressure reaches the client.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private reason: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly limits: AdmissionLimits,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.sample(), 0);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Throws a 429 while the outbox is over its limits; the figures are at most a second old. */
  check(): void {
    if (this.reason) throw new Problem('too-busy', { detail: this.reason, retryAfterSeconds: 5 });
  }

  private async sample(): Promise<void> {
    try {
      const { count, oldestAgeSeconds } = await outboxBacklog(this.database.autocommit);
      if (count > this.limits.backlog) this.reason = `${count} messages are waiting to be published`;
      else if (oldestAgeSeconds * 1_000 > this.limits.age)
        this.reason = `the oldest message has been waiting for ${oldestAgeSeconds} s to be published`;
      else this.reason = undefined;
    } catch (error) {
      this.logger.debug({ err: error }, 'could not measure the outbox backlog');
    }
    if (this.timer) this.timer = setTimeout(() => void this.sample(), SAMPLE_INTERVAL);
  }
}
