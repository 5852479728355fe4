import { backingServices, freshVhost, startNats, startSqs } from '@waybill/testing';
import { NatsQueueClient, NatsQueueDepths } from '../nats/index.js';
import {
  AmqplibClient,
  managementApiOf,
  type QueueDepths,
  type RabbitClient,
  RabbitQueueDepths,
} from '../rabbitmq/index.js';
import { SqsClient, SqsQueueDepths } from '../sqs/index.js';
import { optionsFor, type SqsServer } from './sqs-peer.fixture.js';
import { quiet } from './workbench.fixture.js';

/** A broker without queues. */
export interface OpenQueues {
  /** A connection of its own. */
  connect(): RabbitClient;
  /** Of these queues at least. */
  depths(names: readonly string[]): QueueDepths;
  /** Closes what was opened, and leaves nothing on the broker. */
  close(): Promise<void>;
}

export async function openRabbit(): Promise<OpenQueues> {
  const vhost = await freshVhost();
  const management = managementApiOf(vhost.url, backingServices().rabbitmqUi);
  return opened({
    connect: () => new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet }),
    depths: () => new RabbitQueueDepths(management),
    close: () => vhost.drop(),
  });
}

export async function openNats(): Promise<OpenQueues> {
  const server = await startNats();
  const settings = { url: server.url, name: 'test', logger: quiet };
  return opened({
    connect: () => new NatsQueueClient(settings),
    depths: () => new NatsQueueDepths(settings),
    close: () => server.stop(),
  });
}

/** On ElasticMQ, unless another server is started. */
export async function openSqs({
  fifo = false,
  start = startSqs as () => Promise<SqsServer>,
} = {}): Promise<OpenQueues> {
  const server = await start();
  const settings = { ...optionsFor(server, undefined, fifo), name: 'test', logger: quiet };
  return opened({
    connect: () => new SqsClient(settings),
    depths: (names) => new SqsQueueDepths(settings, names),
    close: () => server.stop(),
  });
}

/** Closes what is open on the broker before the broker itself. */
function opened({ connect, depths, close }: OpenQueues): OpenQueues {
  const open: { close(): Promise<void> }[] = [];
  const remember = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one);
    return one;
  };
  return {
    connect: () => remember(connect()),
    depths: (names) => remember(depths(names)),
    async close() {
      await Promise.all(open.map((one) => one.close()));
      await close();
    },
  };
}
