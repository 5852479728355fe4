import { SQS } from '@aws-sdk/client-sqs';
import { cloudEvent, type TestContract } from './cloud-event.js';
import type { TaskChanges } from './rabbit-peer.js';
import { until } from './until.js';

const REPLIES = 'test-replies';
/** Any will do for the servers that tests use. */
const ACCOUNT = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/** An independent client of SQS's protocol: sends tasks to standard queues and receives their replies. */
export class SqsPeer {
  private readonly sqs: SQS;

  constructor(endpoint: string) {
    this.sqs = new SQS({ endpoint, ...ACCOUNT, useQueueUrlAsEndpoint: false });
  }

  /** Resolves with the message's id once the server has it; it is also the default correlation id. */
  async send<Body>(
    task: TestContract<Body>,
    body: Body,
    { correlationId, replyTo, ...changes }: TaskChanges & { replyTo?: string } = {},
  ): Promise<string> {
    const { id, type, headers, bytes } = cloudEvent('cloudEvents:', task, body, changes);
    const properties = { messageId: id, type, headers, correlationId: correlationId ?? id, replyTo };
    const isText = bytes.length > 0;
    const envelope = { properties: { contentType: 'application/json', ...properties }, ...(!isText && BASE64) };
    await this.sqs.sendMessage({
      QueueUrl: await this.urlOf(task.destination.name),
      MessageBody: isText ? bytes.toString('utf8') : '=', // SQS takes no empty body
      MessageAttributes: { amqp: { DataType: 'Binary', BinaryValue: Buffer.from(JSON.stringify(envelope)) } },
    });
    return id;
  }

  /** Sends a task and resolves with the body of its reply. */
  async request<Body>(task: TestContract<Body>, body: Body): Promise<unknown> {
    const { QueueUrl } = await this.sqs.createQueue({ QueueName: REPLIES });
    const correlationId = await this.send(task, body, { replyTo: REPLIES });
    return until(`${task.type} has its reply`, async () => {
      const { Messages = [] } = await this.sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ['All'] });
      const isReply = ({ MessageAttributes }: (typeof Messages)[number]) =>
        Buffer.from(MessageAttributes?.amqp?.BinaryValue ?? []).includes(correlationId);
      const reply = Messages.find(isReply);
      return reply && (JSON.parse(reply.Body!) as unknown);
    });
  }

  /** Names of all queues. */
  async names(): Promise<string[]> {
    const { QueueUrls = [] } = await this.sqs.listQueues({});
    return QueueUrls.map((url) =>
      url
        .split('/')
        .at(-1)!
        .replace(/__|_/g, (dot) => (dot === '_' ? '.' : '_')),
    );
  }

  async close(): Promise<void> {
    this.sqs.destroy();
  }

  private async urlOf(queue: string): Promise<string> {
    const QueueName = queue.replaceAll('_', '__').replaceAll('.', '_');
    return (await this.sqs.getQueueUrl({ QueueName })).QueueUrl!;
  }
}

const BASE64 = { encoding: 'base64' };
