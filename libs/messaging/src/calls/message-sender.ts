import { setTimeout as pause } from 'node:timers/promises';
import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import type { z } from 'zod';
import type { Contract, EventContract, TaskContract } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import type { DeliveryGuarantee } from './delivery-guarantee.js';

const WITHIN = 10_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** The message was not confirmed in time: it may have arrived or not. Sent again under the same id, it takes effect once. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';
}

export interface SendOptions {
  /** Default `at-least-once`. */
  guarantee?: DeliveryGuarantee;
  /** How long to try for `at-least-once`, in ms. Default 10,000. */
  within?: number;
  /** Set it to send a message again; default a new UUIDv7. */
  id?: string;
}

export interface MessageSenderOptions {
  /** CloudEvents `source` of the messages. */
  source: string;
  /** By guarantee, then by broker. */
  publishers: Record<DeliveryGuarantee, Partial<Record<string, Publisher>>>;
}

/**
 * Sends without a transaction: fire-and-forget and publish-subscribe for what no commit depends on. A message about a
 * change of the database leaves by the outbox; sent beside it, sooner or later only one of the two happens.
 */
export class MessageSender {
  constructor(private readonly options: MessageSenderOptions) {}

  /** Fire-and-forget: a task for one consumer, without a reply. Resolves with its id; see `SendOptions`. */
  send<Schema extends z.ZodType>(task: TaskContract<Schema>, body: z.input<Schema>, options?: SendOptions) {
    return this.deliver(task, body, options);
  }

  /** Publish-subscribe: a fact for every group that reads its topic, now or later. Resolves with its id. */
  publish<Schema extends z.ZodType>(event: EventContract<Schema>, body: z.input<Schema>, options?: SendOptions) {
    return this.deliver(event, body, options);
  }

  /**
   * At most once: resolves when the client has buffered it, rejects when that was not possible. At least once: resolves when the
   * broker has it, rejects with `NotConfirmed` after `within`. What can never be sent rejects at once.
   */
  private async deliver(contract: Contract, body: unknown, options: SendOptions = {}): Promise<string> {
    const { guarantee = 'at-least-once', within = WITHIN, id } = options;
    const message = encode({ contract, body, ...(id && { id }) }, this.options.source);
    const publisher = this.options.publishers[guarantee][message.target];
    if (!publisher) throw new Error(`${contract.type} cannot be sent: ${message.target} is not configured`);
    if (guarantee === 'at-most-once') await publisher.publish([message]);
    else await untilConfirmed(publisher, message, within);
    return message.id;
  }
}

async function untilConfirmed(publisher: Publisher, message: OutboxMessage, within: number): Promise<void> {
  const deadline = performance.now() + within;
  const { promise: late, resolve } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => resolve({ status: 'blocked', reason: `no confirm within ${within} ms` }), within);
  try {
    for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      const outcome = await Promise.race([publishOne(publisher, message), late]);
      if (outcome.status === 'published') return;
      const reason = `${message.destination}: ${outcome.reason}`;
      if (outcome.status === 'rejected') throw new Error(reason);
      if (performance.now() + wait >= deadline) throw new NotConfirmed(reason, { cause: outcome.cause });
      await pause(wait);
    }
  } finally {
    clearTimeout(timer);
  }
}

type Outcome = PublishOutcome & { cause?: unknown };

async function publishOne(publisher: Publisher, message: OutboxMessage): Promise<Outcome> {
  try {
    return (await publisher.publish([message]))[0]!;
  } catch (cause) {
    return { status: 'blocked', reason: (cause as Error).message, cause };
  }
}
