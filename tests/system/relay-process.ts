import { AmqplibClient, createKafka, KafkaJsClient, KafkaPublisher, RabbitPublisher } from '@waybill/messaging';
import { OutboxRelay, type Publisher } from '@waybill/outbox';

export interface RelayOptions {
  databaseUrl: string;
  rabbitmqUrl: string;
  kafka: string;
  topicPrefix: string;
  /** Dies once the broker has confirmed the first batch of this target, before the outbox knows. */
  dieAfterPublishTo?: string;
}

/** A relay in a process of its own, which notifies its parent of each batch before it publishes it. */
const options: RelayOptions = JSON.parse(process.argv[2]!);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };

const observed = (target: string, publisher: Publisher): Publisher => ({
  async publish(messages) {
    process.send?.(target);
    const outcomes = await publisher.publish(messages);
    if (options.dieAfterPublishTo === target) process.kill(process.pid, 'SIGKILL');
    return outcomes;
  },
});

const rabbitmq = new AmqplibClient({ url: options.rabbitmqUrl, name: 'relay', logger });
const kafka = createKafka({ brokers: [options.kafka], clientId: 'relay', logger });
const relay = new OutboxRelay({
  connectionString: options.databaseUrl,
  targets: {
    kafka: observed('kafka', new KafkaPublisher(new KafkaJsClient(kafka), options.topicPrefix)),
    rabbitmq: observed('rabbitmq', new RabbitPublisher(rabbitmq)),
  },
  logger,
});
await relay.start();
process.once('disconnect', () => process.exit());
