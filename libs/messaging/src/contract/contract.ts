/**
 * Message contracts, apart from their transport: topics, queues and the messages on them. Depends on zod alone, so that
 * contracts can be imported anywhere, even into a Temporal workflow's bundle.
 */
import type { z } from 'zod';

/** A Kafka topic. */
export interface Topic {
  kind: 'topic';
  name: string;
  /** Default 6. Raising it later moves keys to other partitions. */
  partitions: number;
  /** Keeps the last message of each key for ever instead of all messages. Default false. */
  compacted: boolean;
}

/** A RabbitMQ queue; its retry tiers and its dead letter queue come with it. */
export interface Queue {
  kind: 'queue';
  name: string;
  /** Messages it holds before it rejects more (`x-overflow=reject-publish`). Default 100,000. */
  maxLength: number;
  /**
   * Whether a majority of the broker's nodes has a message on disk before it is confirmed. Default true; false for requests
   * that are sent at most once and must be quick: such a queue is lost with its node.
   */
  replicated: boolean;
  /**
   * How long its retry queues keep a message, in ms, shortest first: a delay is rounded up to one of them, and cut to the last.
   * Default 500, 2,000 and 8,000. Longer ones are for what may be repaired within hours: a message there occupies no consumer.
   */
  retryTiers: readonly number[];
}

const RETRY_TIERS = [500, 2_000, 8_000];

export function defineTopic(topic: { name: string; partitions?: number; compacted?: boolean }): Topic {
  return { kind: 'topic', partitions: 6, compacted: false, ...topic };
}

export function defineQueue(queue: Pick<Queue, 'name'> & Partial<Omit<Queue, 'kind'>>): Queue {
  return { kind: 'queue', maxLength: 100_000, replicated: true, retryTiers: RETRY_TIERS, ...queue };
}

/** All topics and queues of a system. Every process declares them at its start, which is idempotent. */
export interface Topology {
  topics: readonly Topic[];
  queues: readonly Queue[];
  /** Dead letter queues beside those that come with `queues`; unbounded. */
  deadLetterQueues?: readonly string[];
  /** Which service consumes what. With it, a service whose handlers differ does not start. */
  consumers?: Readonly<Record<string, Consumer>>;
}

/** What one service consumes. */
export interface Consumer {
  queues: readonly Queue[];
  /** As a consumer group of the service's name. */
  topics: readonly Topic[];
}

/** A message type: its written name and version, its schema, and its destination. */
export interface Contract<Schema extends z.ZodType = z.ZodType> {
  kind: 'event' | 'task' | 'reply';
  /** Written name with version, e.g. `shop.OrderCreated.v1`: the CloudEvents `type`. */
  type: string;
  schema: Schema;
  destination: Topic | Queue;
  /** The version before this one, which handlers of this one read as well. */
  replaces?: Replaced | undefined;
  /** What the message is about (CloudEvents `subject`); for an event also its key, so that one subject's events stay in order. */
  subjectOf(body: z.output<Schema>): string;
  /** A message to hand to the outbox. The body is checked against the schema when it is encoded. */
  of(body: z.input<Schema>, addressing?: Addressing): OutgoingMessage;
}

/** How a reply finds its requester. */
export interface Addressing {
  correlationId?: string;
  /** Name of the queue for the reply. */
  replyTo?: string;
}

/** A message before it has an id and bytes. */
export interface OutgoingMessage extends Addressing {
  contract: Contract;
  body: unknown;
  /** Set to send a message again under its own id; otherwise a new UUIDv7. */
  id?: string;
  /** W3C Trace Context of what causes the message, when that is not the active span. */
  traceparent?: string | undefined;
}

/** The body's type: `type OrderCreated = BodyOf<typeof OrderCreated>`. */
export type BodyOf<C extends { schema: z.ZodType }> = z.output<C['schema']>;

export interface EventContract<Schema extends z.ZodType = z.ZodType> extends Contract<Schema> {
  kind: 'event';
  destination: Topic;
}

export interface TaskContract<
  Schema extends z.ZodType = z.ZodType,
  Reply extends ReplyContract | undefined = ReplyContract | undefined,
> extends Contract<Schema> {
  kind: 'task';
  destination: Queue;
  reply: Reply;
}

export interface ReplyContract<Schema extends z.ZodType = z.ZodType> extends Contract<Schema> {
  kind: 'reply';
  /** The durable queue for replies, unless the task's sender named another. */
  destination: Queue;
}

interface MessageDefinition<Schema extends z.ZodType> {
  /** `<namespace>.<Name>.v<version>` */
  type: string;
  schema: Schema;
  subject: (body: z.output<Schema>) => string;
  /** For a second or later version: the one before it, and how to convert its messages. See `upcast`. */
  replaces?: Replaced<z.input<Schema>>;
}

/** An earlier version and how to convert its messages. */
export interface Replaced<Body = unknown> {
  contract: Contract;
  convert(body: never): Body;
}

/**
 * How messages of an earlier version are read, for the `replaces` of the version after it:
 *
 *     export const OrderShippedV2 = defineEvent({
 *       type: 'shop.OrderShipped.v2', ...,
 *       replaces: upcast(OrderShippedV1, ({ shippedAt, ...body }) => ({ ...body, shipped: { at: shippedAt } })),
 *     });
 *
 * `convert` is a pure function: reading a history again gives the same. Versions form a chain: each knows only the one
 * before it.
 */
export function upcast<Schema extends z.ZodType, Body>(
  contract: Contract<Schema>,
  convert: (body: z.output<Schema>) => Body,
): Replaced<Body> {
  return { contract, convert };
}

/** A fact in the past, for anyone. Its subject is its key. */
export function defineEvent<Schema extends z.ZodType>(
  event: MessageDefinition<Schema> & { topic: Topic },
): EventContract<Schema> {
  return define({ kind: 'event', ...event, destination: event.topic });
}

/** A command for one service. */
export function defineTask<Schema extends z.ZodType, Reply extends ReplyContract | undefined = undefined>(
  task: MessageDefinition<Schema> & { queue: Queue; reply?: Reply },
): TaskContract<Schema, Reply> {
  const contract = define({ kind: 'task', ...task, destination: task.queue });
  return Object.assign(contract, { reply: task.reply as Reply });
}

/** The reply to a task. */
export function defineReply<Schema extends z.ZodType>(
  reply: MessageDefinition<Schema> & { queue: Queue },
): ReplyContract<Schema> {
  return define({ kind: 'reply', ...reply, destination: reply.queue });
}

const WRITTEN_NAME = /^[a-z][\w-]*\.[A-Z]\w*\.v[1-9]\d*$/;

function define<
  Kind extends Contract['kind'],
  Schema extends z.ZodType,
  Destination extends Topic | Queue,
>(definition: {
  kind: Kind;
  type: string;
  schema: Schema;
  subject: (body: z.output<Schema>) => string;
  destination: Destination;
  replaces?: Replaced<z.input<Schema>> | undefined;
}): Contract<Schema> & { kind: Kind; destination: Destination } {
  const { kind, type, schema, subject, destination, replaces } = definition;
  if (!WRITTEN_NAME.test(type)) throw new Error(`'${type}' is not a written name like 'shop.OrderCreated.v1'`);
  if (replaces) mustFollow(type, kind, destination, replaces.contract);
  const contract = {
    kind,
    type,
    schema,
    destination,
    replaces,
    subjectOf: subject,
    of: (body: z.input<Schema>, addressing: Addressing = {}): OutgoingMessage => ({ contract, body, ...addressing }),
  } as Contract<Schema> & { kind: Kind; destination: Destination };
  return contract;
}

/** With another destination or kind, no consumer would find the earlier version. */
function mustFollow(type: string, kind: string, destination: Topic | Queue, earlier: Contract): void {
  const versionOf = (of: string) => Number(/\d+$/.exec(of)?.[0]);
  const follows =
    unversioned(type) === unversioned(earlier.type) &&
    versionOf(type) > versionOf(earlier.type) &&
    kind === earlier.kind &&
    destination.name === earlier.destination.name;
  if (!follows)
    throw new Error(
      `${type} cannot replace ${earlier.type}: only an earlier version of itself with the same destination`,
    );
}

/** `shop.OrderCreated` for `shop.OrderCreated.v1`. */
export const unversioned = (type: string): string => type.replace(/\.v\d+$/, '');
