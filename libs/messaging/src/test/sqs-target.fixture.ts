import { TcpProxy } from '@waybill/testing';
import { RabbitPublisher } from '../rabbitmq/index.js';
import { fromDelivery } from '../rabbitmq/rabbit-envelope.js';
import { SqsClient } from '../sqs/index.js';
import type { OpenBroker, StoredMessage } from './publisher-conformance.fixture.js';
import { optionsFor, SqsPeer, type SqsServer } from './sqs-peer.fixture.js';
import { quiet } from './workbench.fixture.js';

let opened = 0;

/** A namespace of queues on a server, behind a proxy. */
export async function openSqsTarget(server: SqsServer, fifo: boolean): Promise<OpenBroker> {
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
}
