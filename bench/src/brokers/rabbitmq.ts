import { AmqplibClient } from '@waybill/messaging';
import { freshVhost, uniqueName } from '@waybill/testing';
import amqp, { type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { quiet } from '../messaging/service.js';
import { type Body, type Broker, type Channel, fromBytes, IN_FLIGHT, type Requester, toBytes } from './broker.js';
import { launchedServer } from './launched-server.js';
import { waybillTasks } from './waybill.js';

const QUORUM = { arguments: { 'x-queue-type': 'quorum' } };

export async function openRabbitMq(): Promise<Broker> {
  const vhost = await freshVhost();
  const connect = () => amqp.connect(vhost.url, { noDelay: true });
  const probe = await connect();
  const { version } = probe.connection.serverProperties;
  await probe.close();
  return {
    name: 'RabbitMQ',
    version,
    confirm: 'fsynced in the write-ahead log of a quorum queue, one replica',
    clients: [
      {
        name: 'amqplib',
        open: async () => openChannel(await connect(), 1),
        openFanOut: async (groups) => openChannel(await connect(), groups),
        openRequests: async () => openRequests(await connect(), await connect()),
      },
      waybillTasks({
        name: 'Waybill',
        options: { rabbitmqUrl: vhost.url },
        client: () => new AmqplibClient({ url: vhost.url, name: 'bench', logger: quiet }),
        async drop(queue) {
          const connection = await connect();
          const channel = await connection.createChannel();
          await channel.deleteQueue(queue);
          await connection.close();
        },
      }),
    ],
    ...launchedServer('rabbitmq'),
    close: () => vhost.drop(),
  };
}

/** With several groups: a fanout exchange and a queue for each. */
async function openChannel(connection: ChannelModel, groups: number): Promise<Channel> {
  const channel = await connection.createConfirmChannel();
  const name = uniqueName('bench');
  const queues = Array.from({ length: groups }, (_, n) => `${name}.${n}`);
  await channel.assertExchange(name, 'fanout');
  for (const queue of queues) {
    await channel.assertQueue(queue, QUORUM);
    await channel.bindQueue(queue, name, '');
  }
  return {
    async publish(bodies) {
      await Promise.all(bodies.map((body) => publish(channel, name, body)));
    },
    async consume(onMessage) {
      const reader = await connection.createChannel();
      await reader.prefetch(IN_FLIGHT);
      const receive = async (message: ConsumeMessage | null) => {
        await onMessage(fromBytes(message!.content));
        reader.ack(message!);
      };
      for (const queue of queues) await reader.consume(queue, receive);
      return { stop: () => reader.close() };
    },
    async close() {
      for (const queue of queues) await channel.deleteQueue(queue);
      await channel.deleteExchange(name);
      await connection.close();
    },
  };
}

function publish(channel: ConfirmChannel, exchange: string, body: Body): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, '', toBytes(body), { persistent: true }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** https://www.rabbitmq.com/tutorials/tutorial-six-javascript, with one client for all requests and a prefetch of `IN_FLIGHT`. */
async function openRequests(server: ChannelModel, client: ChannelModel): Promise<Requester> {
  const queue = uniqueName('bench');
  const [serving, asking] = [await server.createChannel(), await client.createChannel()];
  await serving.assertQueue(queue, { durable: false, autoDelete: true });
  await serving.prefetch(IN_FLIGHT);
  await serving.consume(queue, (message) => {
    const { replyTo, correlationId } = message!.properties;
    serving.sendToQueue(replyTo, message!.content, { correlationId });
    serving.ack(message!);
  });
  const { queue: replyTo } = await asking.assertQueue('', { exclusive: true });
  const waiting = new Map<string, () => void>();
  const onReply = (message: ConsumeMessage | null) => waiting.get(message!.properties.correlationId)?.();
  await asking.consume(replyTo, onReply, { noAck: true });
  return {
    async request(n) {
      const correlationId = String(n);
      const replied = new Promise<void>((resolve) => waiting.set(correlationId, resolve));
      asking.sendToQueue(queue, Buffer.from(JSON.stringify({ n })), { correlationId, replyTo });
      await replied;
      waiting.delete(correlationId);
    },
    async close() {
      await client.close();
      await server.close();
    },
  };
}
