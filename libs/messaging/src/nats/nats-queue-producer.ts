import { withTimeout } from '../outcomes/index.js';
import {
  isExclusiveReplyQueue,
  type QueueProducer,
  type QueueProducerOptions,
  type RabbitMessage,
  RabbitRejection,
} from '../rabbitmq/index.js';
import { MESSAGE_TOO_LARGE, STORE_FAILED, WRONG_STREAM } from './error-codes.js';
import type { Connected, LastingConnection } from './lasting-connection.js';
import { writeProperties } from './nats-delivery.js';
import { queueStreamOf, queueSubjectOf } from './nats-queues.js';
import type { MsgHdrs } from './nats-types.js';

const NO_RESPONDERS = 503;
/** Sends whose confirms are not waited for, at most. */
const UNCONFIRMED = 1_000;
/** How long closing waits for a server that does not reply, in ms. */
const CLOSE_WITHIN = 2_000;

/** Sends in the order of the calls. */
export class NatsQueueProducer implements QueueProducer {
  private readonly inFlight = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(
    private readonly connection: LastingConnection,
    private readonly options: QueueProducerOptions,
  ) {}

  async send(message: RabbitMessage): Promise<void> {
    if (this.isClosed) throw new Error('the producer is closed');
    const connected = await this.connection.get();
    const sending = this.track(deliver(connected, message));
    if (this.options.confirm) return sending;
    void sending.catch((error) => this.onFailed(error, message));
    if (this.inFlight.size > UNCONFIRMED) await Promise.race(this.inFlight).catch(() => {}); // as lost as any other
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const settled = Promise.allSettled(this.inFlight);
    await withTimeout(CLOSE_WITHIN, 'NATS did not reply', settled).catch(() => {}); // what is left rejects when the connection closes
  }

  private async track(sending: Promise<void>): Promise<void> {
    this.inFlight.add(sending);
    await sending.finally(() => this.inFlight.delete(sending));
  }

  private onFailed(error: unknown, message: RabbitMessage): void {
    const isReturned = error instanceof RabbitRejection && error.code === 'RETURNED';
    if (isReturned && message.properties.mandatory) this.options.onReturned?.(message);
  }
}

/** Without an await before it is handed over, so that the order of calls is that of messages. */
function deliver(connected: Connected, { queue, body, properties }: RabbitMessage): Promise<void> {
  const { connection, client, nats } = connected;
  const headers = nats.headers();
  writeProperties(headers, properties);
  const size = body.length + Buffer.byteLength(String(headers));
  const largest = connection.info!.max_payload;
  if (size > largest)
    return Promise.reject(tooLarge(`${size} bytes are more than the server's max_payload of ${largest}`));
  const subject = queueSubjectOf(queue);
  if (isExclusiveReplyQueue(queue)) return toSubscriber(connected, subject, body, headers);
  headers.set('Nats-Expected-Stream', queueStreamOf(queue));
  return client.publish(subject, body, { headers }).then(
    () => {},
    (error) => {
      throw rejectionIn(error) ?? error;
    },
  );
}

/** The server says that nobody has subscribed before it replies to the ping that follows. */
async function toSubscriber(
  { connection, nats }: Connected,
  subject: string,
  body: Buffer,
  headers: MsgHdrs,
): Promise<void> {
  let isReturned = false;
  const inbox = nats.createInbox();
  const subscription = connection.subscribe(inbox, {
    max: 1,
    callback: (_, message) => {
      isReturned ||= message?.headers?.code === NO_RESPONDERS;
    },
  });
  connection.publish(subject, body, { headers, reply: inbox });
  try {
    await connection.flush();
  } finally {
    subscription.unsubscribe();
  }
  if (isReturned) throw new RabbitRejection('RETURNED', 'there is no such queue');
}

/** The server's verdict; undefined for anything about the connection. A missing stream is told by nobody answering. */
function rejectionIn(error: Error & { code?: number }): RabbitRejection | undefined {
  if (error.name === 'JetStreamNotEnabled' || error.code === WRONG_STREAM)
    return new RabbitRejection('RETURNED', 'there is no such queue', error);
  if (error.code === MESSAGE_TOO_LARGE) return tooLarge(error.message, error);
  const isFull = error.code === STORE_FAILED && error.message.includes('maximum messages');
  return isFull ? new RabbitRejection('NACKED', 'the queue is full', error) : undefined;
}

const tooLarge = (reason: string, cause?: unknown) => new RabbitRejection('TOO_LARGE', reason, cause);
