import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, TcpProxy } from '@waybill/testing';
import { defineTopic } from '../contract/index.js';
import { fromKafka, KafkaPublisher, toMessage } from '../kafka/index.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from '../test/publisher-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsLogClient } from './nats-log-client.js';
import { topicStreamOf } from './nats-topics.js';
import { NatsTopology } from './nats-topology.js';
import { toRecord } from './partition-reader.js';

const DEDUPLICATION_WINDOW = 120_000;

/** A server of its own, behind a proxy. */
async function openNats(): Promise<OpenBroker> {
  const server = await startNats();
  const proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  const connection = await connect({ servers: server.url });
  const [manager, streams] = [await jetstreamManager(connection), jetstream(connection)];
  const settings = (port: number) => ({ url: `nats://127.0.0.1:${port}`, name: 'test', logger: quiet });
  const client = new NatsLogClient(settings(proxy.port));
  let count = 0;

  const newName = () => `topic.${++count}`;
  const create = async (name: string) => {
    const topology = new NatsTopology({ nats: settings(server.port), topics: [defineTopic({ name })] });
    await topology.declare();
    await topology.close();
  };
  const destination = async () => {
    const name = newName();
    await create(name);
    return name;
  };
  return {
    proxy,
    publisher: () => new KafkaPublisher(client),
    destination,
    async blocked(because, publisher) {
      const name = newName();
      if (because === 'deleted while in use') {
        await create(name);
        const message = { id: '1', target: 'kafka', destination: name, key: 'k', headers: {}, body: Buffer.from('{}') };
        await publisher.publish([message]);
        await manager.streams.delete(topicStreamOf(name));
      }
      return { name, release: () => create(name) };
    },
    async stored(topic) {
      const { state } = await manager.streams.info(topicStreamOf(topic));
      if (state.messages === 0) return [];
      const reader = await streams.consumers.get(topicStreamOf(topic));
      const messages: StoredMessage[] = [];
      for await (const message of await reader.fetch({ max_messages: state.messages, expires: 5_000 })) {
        const event = fromKafka(toRecord(message));
        const partition = Number(message.subject.split('.').at(-1));
        const { id } = toMessage(event, { topic, partition, offset: String(message.seq) });
        messages.push({ id, key: event.key, headers: event.headers, body: event.bytes, partition });
      }
      return messages;
    },
    async close() {
      await connection.close();
      await proxy.close();
      await server.stop();
    },
  };
}

keepsPublisherPromises('NATS JetStream', {
  target: 'kafka',
  promises: {
    storesKeys: true,
    partitionsAsJava: true,
    deduplicationWindow: DEDUPLICATION_WINDOW,
    tooLarge: 2_000_000,
    blocks: ['missing', 'deleted while in use'],
    rejectsWhenFull: false,
  },
  open: openNats,
});
