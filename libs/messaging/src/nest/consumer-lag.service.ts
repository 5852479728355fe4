import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ConsumerLag, ParkedEvents, TopicProgress } from '../kafka/index.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

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
    const { service, database, schema, namespace, logger } = this.options;
    const parked = new ParkedEvents(service, schema);
    this.lag = new ConsumerLag({
      topics: sourcesOf(this.registry.of('topic')),
      progressOf: (topic) => this.progress.of({ name: topic }),
      countParked: () => parked.count(database.autocommit),
      namespace,
      logger,
    });
    this.lag.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.lag?.stop();
    await this.progress.close();
  }
}
