import { type Message, QueueDoesNotExist, SQS } from '@aws-sdk/client-sqs';
import {
  cloudEvent,
  type QueuedMessage,
  type RabbitPeer,
  type RunningSqs,
  startSqs,
  TcpProxy,
  until,
} from '@waybill/testing';
import { SqsClient, type SqsOptions, sqsName } from '../sqs/index.js';
import { fromSqs } from '../sqs/sqs-envelope.js';
import type { TaskCarrier } from './carriers.fixture.js';
import { quiet } from './workbench.fixture.js';

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'not-a-secret' };

/** Any server of SQS's protocol. */
export type SqsServer = Pick<RunningSqs, 'endpoint' | 'region' | 'stop'>;

/** How tests connect to a server, directly or by way of a proxy. */
export const optionsFor = ({ endpoint, region }: SqsServer, proxy?: TcpProxy, fifo = false): SqsOptions => ({
  endpoint: proxy ? `http://127.0.0.1:${proxy.port}` : endpoint,
  region,
  credentials: CREDENTIALS,
  fifo,
  visibilityTimeout: 6,
  waitTime: 1,
});

/** Looks into the queues of an SQS server, past what is tested. */
export class SqsPeer {
  readonly sqs: SQS;

  constructor(
    { endpoint, region }: SqsServer,
    private readonly fifo = false,
  ) {
    this.sqs = new SQS({ endpoint, region, credentials: CREDENTIALS, useQueueUrlAsEndpoint: false });
  }

  /** Takes the next message out of a queue, if there is one. */
  async take(queue: string): Promise<ReturnType<typeof fromSqs> | undefined> {
    const [message] = await this.receive(queue, 1);
    return message;
  }

  /** Takes out all that is there. */
  async takeAll(queue: string): Promise<ReturnType<typeof fromSqs>[]> {
    const all = [];
    for (let some = await this.receive(queue, 10); some.length > 0; some = await this.receive(queue, 10))
      all.push(...some);
    return all;
  }

  /** How many messages may be received now. */
  async count(queue: string): Promise<number> {
    return Number((await this.attributes(queue)).ApproximateNumberOfMessages);
  }

  async attributes(queue: string): Promise<Record<string, string>> {
    const QueueUrl = await this.urlOf(queue);
    return (await this.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] })).Attributes ?? {};
  }

  exists(queue: string): Promise<boolean> {
    return this.urlOf(queue).then(
      () => true,
      (error) => {
        if (error instanceof QueueDoesNotExist) return false;
        throw error;
      },
    );
  }

  async delete(queue: string): Promise<void> {
    await this.sqs.deleteQueue({ QueueUrl: await this.urlOf(queue) });
  }

  async urlOf(queue: string): Promise<string> {
    const fifo = this.fifo && !queue.startsWith('amq.');
    return (await this.sqs.getQueueUrl({ QueueName: sqsName(queue, { fifo }) })).QueueUrl!;
  }

  close(): void {
    this.sqs.destroy();
  }

  private async receive(queue: string, count: number) {
    const QueueUrl = await this.urlOf(queue);
    const request = { QueueUrl, MaxNumberOfMessages: count, MessageAttributeNames: ['All'] };
    const { Messages = [] } = await this.sqs.receiveMessage({ ...request, MessageSystemAttributeNames: ['All'] });
    const Entries = Messages.map(({ ReceiptHandle }: Message, n: number) => ({ Id: `${n}`, ReceiptHandle }));
    if (Entries.length > 0) await this.sqs.deleteMessageBatch({ QueueUrl, Entries });
    return Messages.map(fromSqs);
  }
}

/** A server of its own for the tasks of a `CrashHarness`. */
export async function sqsCarrier({ fifo = false } = {}): Promise<TaskCarrier> {
  const server = await startSqs();
  const { hostname: host, port } = new URL(server.endpoint);
  const proxy = await TcpProxy.to({ host, port: Number(port) });
  const queues = new SqsPeer(server, fifo);
  const client = new SqsClient({ ...optionsFor(server, undefined, fifo), name: 'peer', logger: quiet });
  const producer = client.producer({ confirm: true });
  const peer: Pick<RabbitPeer, 'send' | 'waiting' | 'take' | 'forward'> = {
    async send(task, body, changes = {}) {
      const { id, type, headers, bytes } = cloudEvent('cloudEvents:', task, body, changes);
      const properties = { messageId: id, type, headers, contentType: 'application/json' };
      // A server that was killed takes it when it is back.
      const message = { queue: task.destination.name, body: bytes, properties };
      await until('SQS takes the message', () => producer.send(message).then(() => true));
      return id;
    },
    waiting: (queue) => queues.count(queue),
    async take(queue) {
      const { body, properties } = await until(`${queue} has a message`, () => queues.take(queue));
      const { messageId: id = '', type = '', headers = {}, correlationId = '' } = properties;
      return { id, type, headers, correlationId, body: body.toString('utf8') } as QueuedMessage;
    },
    async forward({ id, type, headers, body }, queue) {
      await producer.send({ queue, body: Buffer.from(body), properties: { messageId: id, type, headers } });
    },
  };
  return {
    settings: { sqs: optionsFor(server, proxy, fifo) },
    proxy,
    peer,
    server,
    async close() {
      await producer.close();
      await client.close();
      queues.close();
      await proxy.close();
      await server.stop();
    },
  };
}
