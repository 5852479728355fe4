import { type JetStreamManager, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { NatsLogClient, NatsQueueClient, NatsTopology } from '@waybill/messaging';
import { startNats, uniqueName } from '@waybill/testing';
import { quiet } from '../messaging/service.js';
import { type Broker, type Channel, fromBytes, IN_FLIGHT, type Requester, toBytes } from './broker.js';
import { waybillEvents, waybillTasks } from './waybill.js';

export async function openNats(): Promise<Broker> {
  const [server, flushedLater] = await Promise.all([startNats(), startNats({ syncInterval: '2m' })]);
  const nats = { url: server.url, name: 'bench', logger: quiet };
  const probe = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const { version } = probe.info!;
  const manager = await jetstreamManager(probe);
  const drop = async (name: string) => {
    for await (const { config } of manager.streams.list()) {
      if (config.name.includes(name)) await manager.streams.delete(config.name);
    }
  };
  return {
    name: 'NATS',
    version,
    confirm: 'fsynced (sync_interval: always), one replica',
    clients: [
      {
        name: '@nats-io',
        open: () => openChannel(server.url, 1),
        openFanOut: (groups) => openChannel(server.url, groups),
        openRequests: () => openRequests(server.url),
      },
      waybillTasks({
        name: 'Waybill, tasks',
        options: { natsUrl: server.url },
        client: () => new NatsQueueClient(nats),
        drop,
      }),
      waybillEvents({
        name: 'Waybill, events',
        options: { natsUrl: server.url },
        client: () => new NatsLogClient(nats),
        async declare(topic) {
          const topology = new NatsTopology({ nats, topics: [topic] });
          await topology.declare();
          await topology.close();
        },
        drop,
      }),
    ],
    byDefault: { name: '@nats-io', open: () => openChannel(flushedLater.url, 1) },
    pid: () => server.pid,
    folder: server.folder,
    async kill() {
      await server.crash();
      await server.restart();
    },
    async close() {
      await probe.close();
      await Promise.all([server.stop(), flushedLater.stop()]);
    },
  };
}

/** A stream, and a durable consumer for each group. */
async function openChannel(url: string, groups: number): Promise<Channel> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection, { timeout: 30_000 });
  const stream = uniqueName('bench');
  await manager.streams.add({ name: stream, subjects: [stream], retention: groups === 1 ? 'workqueue' : 'interest' });
  for (let group = 0; group < groups; group++) await addConsumer(manager, stream, `group-${group}`);
  return {
    async publish(bodies) {
      await Promise.all(bodies.map((body) => client.publish(stream, toBytes(body))));
    },
    async consume(onMessage) {
      const receive = async (message: JsMsg) => {
        await onMessage(fromBytes(message.string()));
        message.ack();
      };
      const callback = (message: JsMsg) => void receive(message);
      const readings = await Promise.all(
        Array.from({ length: groups }, async (_, group) => {
          const consumer = await client.consumers.get(stream, `group-${group}`);
          return consumer.consume({ max_messages: IN_FLIGHT, callback });
        }),
      );
      return {
        async stop() {
          await Promise.all(readings.map((reading) => reading.close()));
          await connection.flush();
        },
      };
    },
    async close() {
      await manager.streams.delete(stream);
      await connection.close();
    },
  };
}

async function addConsumer(manager: JetStreamManager, stream: string, name: string): Promise<void> {
  await manager.consumers.add(stream, { durable_name: name, ack_policy: 'explicit', max_ack_pending: -1 });
}

/** Requests of NATS itself, without a stream: nothing is stored. */
async function openRequests(url: string): Promise<Requester> {
  const [server, client]: NatsConnection[] = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  const subject = uniqueName('bench');
  server!.subscribe(subject, { callback: (_, message) => void message.respond(message.data) });
  await server!.flush();
  return {
    async request(n) {
      await client!.request(subject, JSON.stringify({ n }), { timeout: 30_000 });
    },
    async close() {
      await Promise.all([client!.close(), server!.close()]);
    },
  };
}
