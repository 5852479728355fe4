import type { Kafka } from 'kafkajs';
import { BatchingPublisher, MessageSender } from '../calls/index.js';
import { KafkaPublisher, UnconfirmedKafkaPublisher } from '../kafka/index.js';
import { KafkaJsClient } from '../kafka-clients/index.js';
import { AmqplibClient, RabbitPublisher, UnconfirmedRabbitPublisher } from '../rabbitmq/index.js';
import { quiet } from './workbench.fixture.js';

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
  const connection = new AmqplibClient({
    url: rabbitmqUrl,
    name: 'sender',
    logger: quiet,
    retryDelay: { first: 50, longest: 200 },
    connectTimeout: 1_000,
  });
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
      await Promise.all([rabbit.close(), confirmedRabbit.close()]).catch(() => {}); // an unavailable broker
      await connection.close();
    },
  };
}
