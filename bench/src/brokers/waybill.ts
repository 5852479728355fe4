import {
  BatchingPublisher,
  declareQueues,
  defineEvent,
  defineQueue,
  defineReply,
  defineTask,
  defineTopic,
  type EventContract,
  encode,
  type Handler,
  type HandlerContext,
  type KafkaClient,
  KafkaPublisher,
  type RabbitClient,
  RabbitPublisher,
  RequestReply,
  type TaskContract,
  type Topic,
} from '@waybill/messaging';
import { Handles, type MessagingOptions } from '@waybill/messaging/nest';
import type { Publisher } from '@waybill/outbox';
import { uniqueName } from '@waybill/testing';
import { z } from 'zod';
import {
  type Body,
  type Channel,
  type Client,
  IN_FLIGHT,
  keyOf,
  type OnMessage,
  PARTITIONS,
  type Requester,
} from './broker.js';
import { startService } from './waybill-service.js';

const schema = z.object({ n: z.int(), text: z.string() });
const definition = { schema, subject: keyOf };
/** A queue that takes what a job fills it with. */
const LONGEST = 10_000_000;

type Options = Pick<MessagingOptions, 'kafkaBrokers' | 'rabbitmqUrl' | 'natsUrl' | 'sqs'>;

export interface TaskCarrier {
  name: string;
  options: Options;
  client(): RabbitClient;
  /** Deletes the queue. */
  drop(queue: string): Promise<void>;
}

export interface EventCarrier {
  name: string;
  options: Options;
  client(): KafkaClient;
  declare(topic: Topic): Promise<void>;
  /** Deletes the topic. */
  drop(topic: string): Promise<void>;
}

/** Our library with tasks: contract, CloudEvents, inbox, retries, dead letters. */
export function waybillTasks({ name, options, client, drop }: TaskCarrier): Client {
  return {
    name,
    async open() {
      const queue = defineQueue({ name: uniqueName('bench'), maxLength: LONGEST });
      const DoIt = defineTask({ type: 'bench.DoIt.v1', queue, ...definition });
      const connection = client();
      await declareQueues(connection, [queue]);
      const topology = { topics: [], queues: [queue] };
      return channelOf(DoIt, new RabbitPublisher(connection), {
        settings: { ...options, topology, prefetch: { [queue.name]: IN_FLIGHT } },
        groups: 1,
        async close() {
          await connection.close();
          await drop(queue.name);
        },
      });
    },
    openRequests: () => openRequests(options),
  };
}

/** Our library with events: the same, and the order of keys. */
export function waybillEvents({ name, options, client, declare, drop }: EventCarrier): Client {
  const open = async (groups: number) => {
    const topic = defineTopic({ name: uniqueName('bench'), partitions: PARTITIONS });
    const ItHappened = defineEvent({ type: 'bench.ItHappened.v1', topic, ...definition });
    await declare(topic);
    const publisher = new KafkaPublisher(client());
    return channelOf(ItHappened, new BatchingPublisher(publisher), {
      settings: { ...options, topology: { topics: [topic], queues: [] } },
      groups,
      async close() {
        await publisher.close();
        await drop(topic.name);
      },
    });
  };
  return { name, open: () => open(1), openFanOut: open };
}

interface ChannelOptions {
  settings: Options & Pick<MessagingOptions, 'topology' | 'prefetch'>;
  groups: number;
  close(): Promise<void>;
}

function channelOf(
  contract: EventContract<typeof schema> | TaskContract<typeof schema>,
  publisher: Publisher,
  { settings, groups, close }: ChannelOptions,
): Channel {
  @Handles(contract, { concurrent: true })
  class EffectHandler implements Handler<typeof contract> {
    async handle({ n, text }: Body, { tx }: HandlerContext): Promise<void> {
      await tx.query('INSERT INTO effects (about, body) VALUES ($1, $2)', [String(n), text]);
    }
  }

  const start = (onMessage: OnMessage) =>
    startService({
      ...settings,
      middlewares: [
        async ({ body }, next) => {
          await next();
          await onMessage(body as Body);
        },
      ],
      handlers: [EffectHandler],
    });
  return {
    async publish(bodies) {
      const outcomes = await publisher.publish(bodies.map((body) => encode(contract.of(body), '/bench')));
      const failed = outcomes.find(({ status }) => status !== 'published');
      if (failed) throw new Error(JSON.stringify(failed));
    },
    async consume(onMessage) {
      const services = await Promise.all(Array.from({ length: groups }, () => start(onMessage)));
      return { stop: () => Promise.all(services.map((service) => service.stop())).then(() => {}) };
    },
    close,
  };
}

async function openRequests(options: Options): Promise<Requester> {
  const queue = defineQueue({ name: uniqueName('bench'), replicated: false });
  const Answered = defineReply({ type: 'bench.Answered.v1', queue, ...definition });
  const Ask = defineTask({ type: 'bench.Ask.v1', queue, ...definition, reply: Answered });

  @Handles(Ask, { transaction: false })
  class AskHandler implements Handler<typeof Ask> {
    handle(body: Body, { reply }: HandlerContext): Promise<void> {
      return reply(body);
    }
  }

  const topology = { topics: [], queues: [queue] };
  const prefetch = { [queue.name]: IN_FLIGHT };
  const service = await startService({ ...options, topology, prefetch, handlers: [AskHandler] });
  const requests = service.get(RequestReply);
  return {
    request: async (n) => void (await requests.request(Ask, { n, text: '' }, { timeout: 30_000 })),
    close: () => service.stop(),
  };
}
