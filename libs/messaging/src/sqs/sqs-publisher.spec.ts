import { type RunningSqs, startSqs, TcpProxy } from '@waybill/testing';
import { RabbitPublisher } from '../rabbitmq/index.js';
import { fromDelivery } from '../rabbitmq/rabbit-envelope.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from '../test/publisher-conformance.fixture.js';
import { optionsFor, SqsPeer } from '../test/sqs-peer.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { SqsClient } from './sqs-client.js';

let server: RunningSqs;
let opened = 0;
beforeAll(async () => {
  server = await startSqs();
});
afterAll(() => server.stop());

/** A namespace of queues, behind a proxy. */
const openSqs = (fifo: boolean) => async (): Promise<OpenBroker> => {
  const { hostname: host, port } = new URL(server.endpoint);
  const proxy = await TcpProxy.to({ host, port: Number(port) });
  const direct = new SqsClient({ ...optionsFor(server, undefined, fifo), name: 'direct', logger: quiet });
  const queues = new SqsPeer(server, fifo);
  const taken = new Map<string, StoredMessage[]>();
  const prefix = `test${++opened}`;
  let count = 0;

  const newName = () => `${prefix}.queue${++count}`;
  const declare = (name: string) => direct.declareQueues([{ name, arguments: {} }]);
  return {
    proxy,
    publisher() {
      const client = new SqsClient({ ...optionsFor(server, proxy, fifo), name: 'test', logger: quiet });
      const publisher = new RabbitPublisher(client);
      return { publish: (messages) => publisher.publish(messages), close: () => client.close() };
    },
    async destination() {
      const name = newName();
      await declare(name);
      return name;
    },
    async blocked() {
      const name = newName();
      return { name, release: () => declare(name) };
    },
    async stored(queue) {
      const messages = taken.get(queue) ?? [];
      taken.set(queue, messages);
      for (const delivery of await queues.takeAll(queue)) {
        const { id, headers, bytes } = fromDelivery(delivery, queue);
        const contentType = delivery.properties.contentType ?? '';
        messages.push({
          id,
          key: delivery.key ?? null,
          headers: { ...headers, 'content-type': contentType },
          body: bytes,
        });
      }
      return messages;
    },
    async close() {
      await direct.close();
      queues.close();
      await proxy.close();
    },
  };
};

const promises = {
  storesKeys: true,
  partitionsAsJava: false,
  tooLarge: 1024 * 1024 + 1,
  blocks: ['missing'],
  rejectsWhenFull: false,
};

keepsPublisherPromises('standard queues of SQS', {
  target: 'rabbitmq',
  promises: { ...promises, keepsKeysInOrder: false, deduplicationWindow: 0 },
  open: openSqs(false),
});

keepsPublisherPromises('FIFO queues of SQS', {
  target: 'rabbitmq',
  promises: { ...promises, deduplicationWindow: 5 * 60_000 },
  open: openSqs(true),
});
