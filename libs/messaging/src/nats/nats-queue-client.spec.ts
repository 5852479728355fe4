import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, TcpProxy, until } from '@waybill/testing';
import { defineQueue } from '../contract/index.js';
import { declareQueues, fromDelivery, RabbitPublisher } from '../rabbitmq/index.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from '../test/publisher-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { toDelivery } from './nats-delivery.js';
import { NatsQueueClient } from './nats-queue-client.js';
import { queueStreamOf } from './nats-queues.js';

/** A server of its own, behind a proxy. */
async function openNats(): Promise<OpenBroker> {
  const server = await startNats();
  const proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  const direct = new NatsQueueClient({ url: server.url, name: 'direct', logger: quiet });
  let count = 0;

  const newName = () => `queue.${++count}`;
  const declare = (name: string, maxLength = 100_000) => declareQueues(direct, [defineQueue({ name, maxLength })]);
  const fill = async (queue: string) => {
    const producer = direct.producer({ confirm: true });
    const filling = { queue, body: Buffer.from('filling'), properties: {} };
    const isRejected = () =>
      producer.send(filling).then(
        () => false,
        ({ code }) => code === 'NACKED',
      );
    await until('the queue is full', isRejected);
    await producer.close();
  };
  return {
    proxy,
    publisher() {
      const client = new NatsQueueClient({ url: `nats://127.0.0.1:${proxy.port}`, name: 'test', logger: quiet });
      const publisher = new RabbitPublisher(client);
      return { publish: (messages) => publisher.publish(messages), close: () => client.close() };
    },
    async destination() {
      const name = newName();
      await declare(name);
      return name;
    },
    async blocked(because) {
      const name = newName();
      if (because === 'missing') return { name, release: () => declare(name) };
      await declare(name, 10);
      await fill(name);
      return { name, release: async () => void (await manager.streams.purge(queueStreamOf(name))) };
    },
    async stored(queue) {
      const { state } = await manager.streams.info(queueStreamOf(queue));
      const messages: StoredMessage[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(queueStreamOf(queue), { seq });
        const delivery = toDelivery({ headers: message!.header, data: message!.data }, false);
        const { id, key, headers, bytes } = fromDelivery(delivery, queue);
        const contentType = delivery.properties.contentType!;
        messages.push({ id, key, headers: { ...headers, 'content-type': contentType }, body: bytes });
      }
      return messages;
    },
    async close() {
      await Promise.all([direct.close(), connection.close()]);
      await proxy.close();
      await server.stop();
    },
  };
}

keepsPublisherPromises('NATS JetStream', {
  target: 'rabbitmq',
  promises: {
    storesKeys: false,
    partitionsAsJava: false,
    deduplicationWindow: 0,
    tooLarge: 2_000_000,
    blocks: ['missing'],
    rejectsWhenFull: true,
  },
  open: openNats,
});
