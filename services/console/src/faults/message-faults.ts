import { randomUUID } from 'node:crypto';
import { newMessageId, type ObjectStore } from '@waybill/messaging';
import type { OutboxMessage, PublishOutcome } from '@waybill/outbox';
import { Problem } from '@waybill/platform';
import type { Fault } from './fault.js';
import type { MessageFaultRequest, PoisonClass, PoisonRequest } from './fault.requests.js';
import {
  contractFor,
  crashing,
  DESTINATIONS,
  type Destination,
  malformed,
  POISON_BY_CLASS,
  transient,
} from './poison.js';

/** Messages that mean something to the system, for one of its queues. */
export interface RealMessages {
  queue: string;
  /** A business rule rejects it. */
  rejected(): OutboxMessage;
  rejectedBecause: string;
  /** However often it comes, nothing changes. Throws a Problem when there is none yet. */
  harmless(): Promise<OutboxMessage>;
}

export interface MessageFaultOptions {
  /** To the broker that carries them. */
  publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]>;
  /** Of a topic; undefined when it has none. */
  latestEvent(topic: string): Promise<OutboxMessage | undefined>;
  store: ObjectStore | undefined;
  /** Default: there are no real messages to send. */
  real?: RealMessages | undefined;
}

/** What can be sent to a destination. */
export interface MessageTarget extends Destination {
  poison: PoisonClass[];
  /** Whether a message can be sent to it twice, and whether it can be filled. */
  duplicate: boolean;
  fill: boolean;
}

const REMEMBERED = 50;
/** Messages a publish call. */
const PORTION = 500;

/** Faults by messages, sent as any sender would. */
export class MessageFaults {
  private readonly sent: Fault[] = [];

  constructor(private readonly options: MessageFaultOptions) {}

  /** Latest first; those of an earlier run of the console are forgotten. */
  get recent(): readonly Fault[] {
    return this.sent;
  }

  targets(): MessageTarget[] {
    const { store, real } = this.options;
    return DESTINATIONS.map((destination) => {
      const isReal = real?.queue === destination.name;
      const poison: PoisonClass[] = [
        'malformed',
        ...(isReal ? (['business'] as const) : []),
        ...(store ? (['transient', 'crashing'] as const) : []),
      ];
      return { ...destination, poison, duplicate: isReal || destination.kind === 'topic', fill: isReal };
    });
  }

  /** Resolves when the broker has the messages. Throws a Problem. */
  async send(request: MessageFaultRequest, by: string): Promise<Fault> {
    const detail = await this.carryOut(request);
    const now = new Date().toISOString();
    const { kind, target } = request;
    const fault: Fault = {
      id: randomUUID(),
      kind,
      target,
      detail,
      by,
      since: now,
      until: null,
      endedAt: now,
      undoable: false,
    };
    this.sent.unshift(fault);
    this.sent.length = Math.min(this.sent.length, REMEMBERED);
    return fault;
  }

  private carryOut(request: MessageFaultRequest): Promise<string> {
    if (request.kind === 'poison') return this.poison(request);
    if (request.kind === 'duplicate') return this.duplicate(request.target);
    return this.fill(request.target, request.count);
  }

  private async poison(request: PoisonRequest): Promise<string> {
    const { message, because } = await this.poisonOf(request);
    await this.publishAll([message]);
    return `sent a message that fails, because ${because}: ${message.id}`;
  }

  private async poisonOf(request: PoisonRequest): Promise<{ message: OutboxMessage; because: string }> {
    const contract = contractFor(request);
    const key = request.key ?? `poison-${newMessageId()}`;
    if (request.class === 'business') {
      const real = this.realFor(request.target, 'class');
      return { message: real.rejected(), because: real.rejectedBecause };
    }
    const because = POISON_BY_CLASS[request.class];
    if (request.class === 'malformed') return { message: malformed(contract, key), because };
    const { store } = this.options;
    if (!store) throw wrong('class', 'needs OBJECT_STORE');
    const message =
      request.class === 'transient' ? transient(contract, key, store) : await crashing(contract, key, store);
    return { message, because };
  }

  private async duplicate(target: string): Promise<string> {
    if (isTopic(target)) return this.repeatEvent(target);
    const message = await this.realFor(target).harmless();
    await this.publishAll([message, message]);
    return `sent a message twice: ${message.id}`;
  }

  private async repeatEvent(topic: string): Promise<string> {
    const event = await whileAvailable(this.options.latestEvent(topic));
    if (!event) throw new Problem(NO_EVENT, { detail: `${topic} has no event that can be sent again` });
    await this.publishAll([event]);
    return `sent the latest event once more: ${event.id}`;
  }

  private async fill(target: string, count: number): Promise<string> {
    const message = await this.realFor(target).harmless();
    const idHeader = Object.keys(message.headers).find((name) => message.headers[name] === message.id)!;
    let accepted = 0;
    let reason = '';
    while (accepted < count && !reason) {
      const portion = Array.from({ length: Math.min(PORTION, count - accepted) }, () => {
        const id = newMessageId();
        return { ...message, id, headers: { ...message.headers, [idHeader]: id } };
      });
      const outcomes = await this.publish(portion);
      accepted += outcomes.filter(({ status }) => status === 'published').length;
      reason = outcomes.flatMap((outcome) => ('reason' in outcome ? [outcome.reason] : []))[0] ?? '';
    }
    return `sent ${accepted} messages${reason && `, then no more: ${reason}`}`;
  }

  private realFor(target: string, field = 'target'): RealMessages {
    const { real } = this.options;
    if (real?.queue === target) return real;
    throw wrong(field, real ? `only ${real.queue} has such messages` : 'no queue has such messages');
  }

  private async publishAll(messages: readonly OutboxMessage[]): Promise<void> {
    const refused = (await this.publish(messages)).find((outcome) => outcome.status !== 'published');
    if (refused) throw new Problem('unavailable', { detail: refused.reason, retryAfterSeconds: 5 });
  }

  private publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    return whileAvailable(this.options.publish(messages));
  }
}

const NO_EVENT = { name: 'no-event', status: 409, title: 'There is no event yet' };

const isTopic = (name: string) => DESTINATIONS.some((one) => one.name === name && one.kind === 'topic');

/** Throws a 503 when the broker is unavailable. */
async function whileAvailable<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw new Problem('unavailable', { detail: `the broker: ${(error as Error).message}`, retryAfterSeconds: 5 });
  }
}

const wrong = (field: string, message: string) => new Problem('invalid-request', { errors: [{ field, message }] });
