import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { PERSONAL_FIELDS, topology } from '@waybill/contracts';
import type { EventCarrier, TaskCarrier } from '@waybill/messaging';
import type { Logger } from '@waybill/platform';
import type { Config } from '../config.js';
import { addressesOf } from '../processes/copy-addresses.js';
import { ObservedCopies } from '../processes/observed-copies.js';
import { ConsoleAccess } from '../session/console-access.js';
import type { MeasuredDepths } from './measured-depths.js';
import { OBSERVED, SourceViews } from './source-views.js';
import { SourcesController } from './sources.controller.js';
import { TopicMessages } from './topic-messages.js';

export interface MessagingViewsOptions {
  config: Pick<Config, 'PROCESS_URLS' | 'OPERATOR_TOKEN' | 'KAFKA_TOPIC_PREFIX'>;
  events: EventCarrier;
  tasks: TaskCarrier;
  /** Of the console's own monitor. */
  depths: MeasuredDepths;
  access: ConsoleAccess;
  logger: Logger;
}

/** Shows topics, queues and outboxes, and the messages of topics. */
@Module({ controllers: [SourcesController] })
export class MessagingViewsModule implements OnApplicationShutdown {
  constructor(private readonly messages: TopicMessages) {}

  static with({ config, events, tasks, depths, access, logger }: MessagingViewsOptions): DynamicModule {
    const { PROCESS_URLS: urls, OPERATOR_TOKEN: operatorToken, KAFKA_TOPIC_PREFIX: prefix } = config;
    const copies = new ObservedCopies({ addresses: addressesOf(urls), operatorToken, metrics: OBSERVED, logger });
    const brokers = { events: events.broker, tasks: tasks.broker };
    return {
      module: MessagingViewsModule,
      providers: [
        { provide: ConsoleAccess, useValue: access },
        { provide: SourceViews, useValue: new SourceViews({ topology, brokers, depths, copies }) },
        {
          provide: TopicMessages,
          useFactory: () =>
            new TopicMessages({ records: events.latest(), prefix, personal: { fields: PERSONAL_FIELDS } }),
        },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.messages.close();
  }
}
