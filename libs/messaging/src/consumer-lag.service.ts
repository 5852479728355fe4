import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ConsumerLag } from './consumer-lag.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';
import { TopicProgress } from './topic-progress.js';

/** The lag of the service's group, as long as the application runs. */
@Injectable()
export class ConsumerLagService implements OnApplicationBootstrap, OnApplicationShutdown {
  private lag: ConsumerLag | undefined;

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly progress: TopicProgress,
    private readonly options: MessagingOptions,
  ) {}

  onApplicationBootstrap(): void {
    const progressOf = (topic: string) => this.progress.of({ name: topic });
    const { logger } = this.options;
    this.lag = new ConsumerLag({ topics: sourcesOf(this.registry.of('topic')), progressOf, logger });
    this.lag.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.lag?.stop();
    await this.progress.close();
  }
}
