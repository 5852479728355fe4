import { type DynamicModule, Module } from '@nestjs/common';
import {
  type KafkaPublisher,
  type ObjectStore,
  type RabbitClient,
  RabbitPublisher,
  type RabbitTopology,
} from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { FaultsController } from './faults.controller.js';
import { Launcher } from './launcher.js';
import { MessageFaults } from './message-faults.js';
import { shopMessages } from './shop-messages.js';

export interface FaultsOptions {
  LAUNCHER_SOCKET?: string | undefined;
  OBJECT_STORE?: ObjectStore | undefined;
  PROCESS_URLS: ReadonlyMap<string, string>;
}

export interface Brokers {
  rabbit: RabbitClient;
  queues: RabbitTopology;
  publisher: KafkaPublisher;
}

@Module({ controllers: [FaultsController] })
export class FaultsModule {
  static with(options: FaultsOptions, { rabbit, queues, publisher }: Brokers): DynamicModule {
    const launcher = new Launcher(options.LAUNCHER_SOCKET);
    let tasks: RabbitPublisher | undefined;
    const publish = (messages: readonly OutboxMessage[]) => {
      if (messages[0]?.target === 'kafka') return publisher.publish(messages);
      tasks ??= new RabbitPublisher(rabbit, { topology: queues });
      return tasks.publish(messages);
    };
    const messages = new MessageFaults({
      publish,
      store: options.OBJECT_STORE,
      real: shopMessages(options.PROCESS_URLS.get('order-api')),
    });
    return {
      module: FaultsModule,
      providers: [
        { provide: Launcher, useValue: launcher },
        { provide: MessageFaults, useValue: messages },
      ],
      exports: [Launcher],
    };
  }
}
