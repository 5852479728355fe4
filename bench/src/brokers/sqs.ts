import { type Message, SQS } from '@aws-sdk/client-sqs';
import { SqsClient, type SqsOptions } from '@waybill/messaging';
import { type RunningSqs, startSqs, uniqueName } from '@waybill/testing';
import { quiet } from '../messaging/service.js';
import {
  type Body,
  type Broker,
  type Channel,
  fromBytes,
  keyOf,
  type OnMessage,
  type Reading,
  type Requester,
  toBytes,
} from './broker.js';
import { waybillTasks } from './waybill.js';

const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'not-a-secret' };
/** SQS's own limit, of sending, receiving and deleting. */
const MOST_IN_A_REQUEST = 10;
/** Requests for messages at a time: `IN_FLIGHT` of them by ten. */
const POLLERS = 10;
const VERSION = 'ElasticMQ 1.7.1';

/** Both kinds of queue on one server. */
export async function openSqs(): Promise<Broker[]> {
  const server = await startSqs();
  const standard = brokerOf(server, 'SQS', false);
  const fifo = brokerOf(server, 'SQS FIFO', true);
  return [{ ...standard, close: () => server.stop() }, fifo];
}

function brokerOf(server: RunningSqs, name: string, fifo: boolean): Broker {
  const { endpoint, region } = server;
  const options: SqsOptions = { endpoint, region, credentials: CREDENTIALS, fifo };
  const connect = () => new SQS({ endpoint, region, credentials: CREDENTIALS, useQueueUrlAsEndpoint: false });
  return {
    name,
    version: VERSION,
    confirm: 'written to its H2 database (WRITE_DELAY=0), not fsynced',
    clients: [
      {
        name: 'AWS SDK',
        open: () => openChannel(connect(), fifo, 1),
        openFanOut: (groups) => openChannel(connect(), fifo, groups),
        openRequests: () => openRequests(connect(), fifo),
      },
      waybillTasks({
        name: 'Waybill',
        options: { sqs: options },
        client: () => new SqsClient({ ...options, name: 'bench', logger: quiet }),
        async drop(queue) {
          const sqs = connect();
          const { QueueUrls = [] } = await sqs.listQueues({ QueueNamePrefix: queue });
          for (const QueueUrl of QueueUrls) await sqs.deleteQueue({ QueueUrl });
          sqs.destroy();
        },
      }),
    ],
    pid: () => server.pid,
    folder: server.folder,
    async kill() {
      await server.crash();
      await server.restart();
    },
    async close() {},
  };
}

async function createQueue(sqs: SQS, fifo: boolean): Promise<string> {
  const name = uniqueName('bench').replaceAll('.', '-');
  const Attributes = {
    FifoQueue: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  };
  const { QueueUrl } = await sqs.createQueue(fifo ? { QueueName: `${name}.fifo`, Attributes } : { QueueName: name });
  return QueueUrl!;
}

/** With several groups: a queue for each, and the sender sends to all of them. */
async function openChannel(sqs: SQS, fifo: boolean, groups: number): Promise<Channel> {
  const queues = await Promise.all(Array.from({ length: groups }, () => createQueue(sqs, fifo)));
  return {
    async publish(bodies) {
      await Promise.all(queues.map((queue) => send(sqs, queue, bodies, fifo)));
    },
    async consume(onMessage) {
      const readings = queues.map((queue) => read(sqs, queue, onMessage));
      return { stop: () => Promise.all(readings.map((reading) => reading.stop())).then(() => {}) };
    },
    async close() {
      for (const QueueUrl of queues) await sqs.deleteQueue({ QueueUrl });
      sqs.destroy();
    },
  };
}

/** Ten a request; of a FIFO queue one request after the other, or they could overtake each other. */
async function send(sqs: SQS, QueueUrl: string, bodies: readonly Body[], fifo: boolean): Promise<void> {
  const messages = bodies.map((body) => ({
    MessageBody: String(toBytes(body)),
    ...(fifo && { MessageGroupId: keyOf(body), MessageDeduplicationId: crypto.randomUUID() }),
  }));
  if (messages.length === 1) {
    await sqs.sendMessage({ QueueUrl, ...messages[0]! });
    return;
  }
  const sending: Promise<void>[] = [];
  for (let first = 0; first < messages.length; first += MOST_IN_A_REQUEST) {
    const Entries = messages.slice(first, first + MOST_IN_A_REQUEST).map((message, n) => ({ Id: `${n}`, ...message }));
    const sent = sqs.sendMessageBatch({ QueueUrl, Entries }).then(({ Failed = [] }) => {
      if (Failed.length > 0) throw new Error(`SQS took ${Failed.length} messages not: ${Failed[0]!.Message}`);
    });
    sending.push(sent);
    if (fifo) await sent;
  }
  await Promise.all(sending);
}

function read(sqs: SQS, QueueUrl: string, onMessage: OnMessage): Reading {
  const stopping = new AbortController();
  const { signal } = stopping;
  const request = { QueueUrl, MaxNumberOfMessages: MOST_IN_A_REQUEST, WaitTimeSeconds: 20 };
  const poll = async () => {
    while (!signal.aborted) {
      const { Messages = [] } = await sqs.receiveMessage(request, { abortSignal: signal });
      if (Messages.length === 0) continue;
      await Promise.all(Messages.map(({ Body }) => onMessage(fromBytes(Body!))));
      const Entries = Messages.map(({ ReceiptHandle }: Message, n) => ({ Id: `${n}`, ReceiptHandle }));
      await sqs.deleteMessageBatch({ QueueUrl, Entries });
    }
  };
  const polling = Array.from({ length: POLLERS }, () =>
    poll().catch((error) => {
      if (!signal.aborted) throw error;
    }),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(polling);
    },
  };
}

/** Two queues: SQS itself knows no requests. */
async function openRequests(sqs: SQS, fifo: boolean): Promise<Requester> {
  const [asked, answered] = [await createQueue(sqs, fifo), await createQueue(sqs, fifo)];
  const waiting = new Map<number, () => void>();
  const responder = read(sqs, asked, (body) => send(sqs, answered, [body], fifo));
  const replies = read(sqs, answered, ({ n }) => {
    waiting.get(n)?.();
  });
  return {
    async request(n) {
      const replied = new Promise<void>((resolve) => waiting.set(n, resolve));
      await send(sqs, asked, [{ n, text: '' }], fifo);
      await replied;
      waiting.delete(n);
    },
    async close() {
      await Promise.all([responder.stop(), replies.stop()]);
      for (const QueueUrl of [asked, answered]) await sqs.deleteQueue({ QueueUrl });
      sqs.destroy();
    },
  };
}
