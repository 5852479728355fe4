import type { Kafka } from 'kafkajs';
import { Connection } from 'rabbitmq-client';
import { BatchingPublisher, MessageSender } from '../calls/index.js';
import { KafkaJsClient, KafkaPublisher } from '../kafka/index.js';
import { RabbitPublisher, UnconfirmedKafkaPublisher, UnconfirmedRabbitPublisher } from '../rabbitmq/index.js';

export interface OpenSender {
  sender: MessageSender;
  close(): Promise<void>;
}

export interface SenderSettings {
  rabbitmqUrl: string;
  kafka: Kafka;
  kafkaTopicPrefix?: string;
}

/** A sender as `MessagingModule` wires it. */
export function openSender({ rabbitmqUrl, kafka, kafkaTopicPrefix }: SenderSettings): OpenSender {
  const connection = new Connection({ url: rabbitmqUrl, retryLow: 50, retryHigh: 200, acquireTimeout: 1_000 });
  connection.on('error', () => {}); // it connects again
  const rabbit = new UnconfirmedRabbitPublisher(connection);
  const confirmedRabbit = new RabbitPublisher(connection);
  const client = new KafkaJsClient(kafka);
  const kafkaUnconfirmed = new UnconfirmedKafkaPublisher(client, kafkaTopicPrefix);
  const kafkaConfirmed = new KafkaPublisher(client, kafkaTopicPrefix);
  return {
    sender: new MessageSender({
      source: '/sender',
      publishers: {
        'at-most-once': { kafka: new BatchingPublisher(kafkaUnconfirmed), rabbitmq: rabbit },
        'at-least-once': { kafka: new BatchingPublisher(kafkaConfirmed), rabbitmq: confirmedRabbit },
      },
    }),
    async close() {
      await Promise.all([kafkaUnconfirmed.close(), kafkaConfirmed.close()]);
      await Promise.all([rabbit.close(), confirmedRabbit.close()]).catch(() => {}); // a broker that is away
      connection.unsafeDestroy();
    },
  };
}
