/**
 * What is said, apart from how it is carried: topics, queues and the messages on them. Depends on zod alone, so that
 * contracts can be imported anywhere, a Temporal workflow's bundle included.
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
  /** Messages it holds before it refuses more (`x-overflow=reject-publish`). Default 100,000. */
  maxLength: number;
  /**
   * Whether a majority of the broker's nodes has a message on disk before it is confirmed. Default true; false for questions,
   * which are asked at most once and must be quick: such a queue is lost with its node.
   */
  replicated: boolean;
}

export function defineTopic(topic: { name: string; partitions?: number; compacted?: boolean }): Topic {
  return { kind: 'topic', partitions: 6, compacted: false, ...topic };
}

export function defineQueue(queue: { name: string; maxLength?: number; replicated?: boolean }): Queue {
  return { kind: 'queue', maxLength: 100_000, replicated: true, ...queue };
}

/** All topics and queues of a system. Every process declares them at its start, which is idempotent. */
export interface Topology {
  topics: readonly Topic[];
  queues: readonly Queue[];
  /** Dead letter queues beside those that come with `queues`; unbounded. */
  deadLetterQueues?: readonly string[];
}

/** A message that can be said: its written name and version, its schema, and where it goes. */
export interface Contract<Schema extends z.ZodType = z.ZodType> {
  kind: 'event' | 'task' | 'reply';
  /** Written name with version, e.g. `waybill.OrderCreated.v1`: what stands in CloudEvents `type`. */
  type: string;
  schema: Schema;
  destination: Topic | Queue;
  /** The version before this one, which who handles this one can read as well. */
  replaces?: Replaced | undefined;
  /** What the message is about (CloudEvents `subject`); of an event also the key, so that one subject's events stay in order. */
  subjectOf(body: z.output<Schema>): string;
  /** A message to hand to the outbox. The body is checked against the schema when it is encoded. */
  of(body: z.input<Schema>, addressing?: Addressing): OutgoingMessage;
}

/** How an answer finds its way back. */
export interface Addressing {
  correlationId?: string;
  /** Name of the queue that takes the reply. */
  replyTo?: string;
}

/** A message before it has an id and bytes. */
export interface OutgoingMessage extends Addressing {
  contract: Contract;
  body: unknown;
  /** Set by who resends a message under its own id; otherwise a new UUIDv7. */
  id?: string;
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
  /** The durable queue from which replies are taken when the task's sender named no other. */
  destination: Queue;
}

interface Said<Schema extends z.ZodType> {
  /** `<namespace>.<Name>.v<version>` */
  type: string;
  schema: Schema;
  subject: (body: z.output<Schema>) => string;
  /** Of a second and later version: the one before it, and what becomes of its messages. See `upcast`. */
  replaces?: Replaced<z.input<Schema>>;
}

/** An earlier version and what becomes of its messages. */
export interface Replaced<Body = unknown> {
  contract: Contract;
  convert(body: never): Body;
}

/**
 * How messages of an earlier version are read, for the `replaces` of the version after it:
 *
 *     export const OrderShippedV2 = defineEvent({
 *       type: 'waybill.OrderShipped.v2', ...,
 *       replaces: upcast(OrderShippedV1, ({ shippedAt, ...body }) => ({ ...body, shipped: { at: shippedAt } })),
 *     });
 *
 * `convert` is a pure function: a history read anew gives the same. Versions form a chain, so that each knows only the one
 * before it.
 */
export function upcast<Schema extends z.ZodType, Body>(
  contract: Contract<Schema>,
  convert: (body: z.output<Schema>) => Body,
): Replaced<Body> {
  return { contract, convert };
}

/** A fact in the past, for anyone. Its subject is its key. */
export function defineEvent<Schema extends z.ZodType>(event: Said<Schema> & { topic: Topic }): EventContract<Schema> {
  return define({ kind: 'event', ...event, destination: event.topic });
}

/** A command for one service. */
export function defineTask<Schema extends z.ZodType, Reply extends ReplyContract | undefined = undefined>(
  task: Said<Schema> & { queue: Queue; reply?: Reply },
): TaskContract<Schema, Reply> {
  const contract = define({ kind: 'task', ...task, destination: task.queue });
  return Object.assign(contract, { reply: task.reply as Reply });
}

/** The answer to a task. */
export function defineReply<Schema extends z.ZodType>(reply: Said<Schema> & { queue: Queue }): ReplyContract<Schema> {
  return define({ kind: 'reply', ...reply, destination: reply.queue });
}

const WRITTEN_NAME = /^[a-z][\w-]*\.[A-Z]\w*\.v[1-9]\d*$/;

function define<Kind extends Contract['kind'], Schema extends z.ZodType, Destination extends Topic | Queue>(said: {
  kind: Kind;
  type: string;
  schema: Schema;
  subject: (body: z.output<Schema>) => string;
  destination: Destination;
  replaces?: Replaced<z.input<Schema>> | undefined;
}): Contract<Schema> & { kind: Kind; destination: Destination } {
  const { kind, type, schema, subject, destination, replaces } = said;
  if (!WRITTEN_NAME.test(type)) throw new Error(`'${type}' is not a written name like 'waybill.OrderCreated.v1'`);
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

/** Elsewhere, or as another kind of message, nobody would find the earlier version. */
function mustFollow(type: string, kind: string, destination: Topic | Queue, earlier: Contract): void {
  const versionOf = (of: string) => Number(/\d+$/.exec(of)?.[0]);
  const follows =
    unversioned(type) === unversioned(earlier.type) &&
    versionOf(type) > versionOf(earlier.type) &&
    kind === earlier.kind &&
    destination.name === earlier.destination.name;
  if (!follows)
    throw new Error(`${type} can't replace ${earlier.type}: only an earlier version of itself, sent to the same place`);
}

/** `waybill.OrderCreated` of `waybill.OrderCreated.v1`. */
export const unversioned = (type: string): string => type.replace(/\.v\d+$/, '');
