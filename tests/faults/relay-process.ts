import { AmqplibClient, createKafka, KafkaJsClient, KafkaPublisher, RabbitPublisher } from '@waybill/messaging';
import { OutboxRelay, type Publisher } from '@waybill/outbox';

export interface RelayOrder {
  databaseUrl: string;
  rabbitmqUrl: string;
  kafka: string;
  topicPrefix: string;
  /** Dies once the broker has confirmed the first batch of this target, before the outbox knows. */
  dieAfterPublishTo?: string;
}

/** A relay in a process of its own; tells its parent of each batch before it goes out. */
const order: RelayOrder = JSON.parse(process.argv[2]!);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };

const watched = (target: string, publisher: Publisher): Publisher => ({
  async publish(messages) {
    process.send?.(target);
    const outcomes = await publisher.publish(messages);
    if (order.dieAfterPublishTo === target) process.kill(process.pid, 'SIGKILL');
    return outcomes;
  },
});

const rabbitmq = new AmqplibClient({ url: order.rabbitmqUrl, name: 'relay', logger });
const kafka = createKafka({ brokers: [order.kafka], clientId: 'relay', logger });
const relay = new OutboxRelay({
  connectionString: order.databaseUrl,
  targets: {
    kafka: watched('kafka', new KafkaPublisher(new KafkaJsClient(kafka), order.topicPrefix)),
    rabbitmq: watched('rabbitmq', new RabbitPublisher(rabbitmq)),
  },
  logger,
});
await relay.start();
process.once('disconnect', () => process.exit());
