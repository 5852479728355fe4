import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  type EventCarrier,
  type KafkaPublisher,
  type LatestRecords,
  type ObjectStore,
  type RabbitClient,
  RabbitPublisher,
  type RabbitTopology,
} from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { FaultsController } from './faults.controller.js';
import { latestEvent } from './latest-event.js';
import { Launcher } from './launcher.js';
import { MessageFaults } from './message-faults.js';
import { shopMessages } from './shop-messages.js';

export interface FaultsOptions {
  LAUNCHER_SOCKET?: string | undefined;
  OBJECT_STORE?: ObjectStore | undefined;
  PROCESS_URLS: ReadonlyMap<string, string>;
  KAFKA_TOPIC_PREFIX: string;
}

export interface Brokers {
  rabbit: RabbitClient;
  queues: RabbitTopology;
  publisher: KafkaPublisher;
  events: EventCarrier;
}

/** What is in the topics; connects when it is first asked. */
class Events {
  constructor(readonly latest: LatestRecords) {}
}

@Module({ controllers: [FaultsController] })
export class FaultsModule implements OnApplicationShutdown {
  constructor(private readonly events: Events) {}

  static with(options: FaultsOptions, { rabbit, queues, publisher, events }: Brokers): DynamicModule {
    const launcher = new Launcher(options.LAUNCHER_SOCKET);
    let tasks: RabbitPublisher | undefined;
    const publish = (messages: readonly OutboxMessage[]) => {
      if (messages[0]?.target === 'kafka') return publisher.publish(messages);
      tasks ??= new RabbitPublisher(rabbit, { topology: queues });
      return tasks.publish(messages);
    };
    const latest = events.latest();
    const messages = new MessageFaults({
      publish,
      latestEvent: (topic) => latestEvent(latest, { topic, prefix: options.KAFKA_TOPIC_PREFIX }),
      store: options.OBJECT_STORE,
      real: shopMessages(options.PROCESS_URLS.get('order-api')),
    });
    return {
      module: FaultsModule,
      providers: [
        { provide: Launcher, useValue: launcher },
        { provide: MessageFaults, useValue: messages },
        { provide: Events, useValue: new Events(latest) },
      ],
      exports: [Launcher],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.events.latest.close();
  }
}
