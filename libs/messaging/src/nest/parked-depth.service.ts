import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ParkedDepth, ParkedEvents } from '../kafka/index.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

/** Measures what the service's group has parked, as long as the application runs. */
@Injectable()
export class ParkedDepthService implements OnApplicationBootstrap, OnApplicationShutdown {
  private depth: ParkedDepth | undefined;

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly options: MessagingOptions,
  ) {}

  onApplicationBootstrap(): void {
    const { service, database, schema, namespace, logger } = this.options;
    const parked = new ParkedEvents(service, schema);
    this.depth = new ParkedDepth({
      topics: sourcesOf(this.registry.of('topic')),
      depth: () => parked.depth(database.autocommit),
      namespace,
      logger,
    });
    this.depth.start();
  }

  onApplicationShutdown(): void {
    this.depth?.stop();
  }
}
