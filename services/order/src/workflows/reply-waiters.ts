import { Injectable } from '@nestjs/common';
import { type Attempt, sagaId } from '../domain/order.js';
import type { Replies, Requested, TaskReply } from './fulfil-order.activities.js';

/** In milliseconds. Much less than the workflow task's timeout, which the wait is part of. */
const LONGEST_WAIT = 2_000;

/**
 * Hands replies to the local activities that wait for them in this process. Most replies arrive within milliseconds: then the
 * saga goes on in the same workflow task, and Temporal has no signal to store and no task to schedule. A reply that arrives
 * later, or in another process, is forwarded as a signal; one that is lost with this process is requested again.
 */
@Injectable()
export class ReplyWaiters implements Replies {
  private readonly waiting = new Map<string, (reply: TaskReply | undefined) => void>();

  /** Requests, and waits a moment for the reply. `request` resolves with false when it did nothing. */
  async request(attempt: Attempt, to: TaskReply['to'], request: () => Promise<boolean>): Promise<Requested> {
    const key = keyOf(sagaId(attempt), to);
    const { promise, resolve } = Promise.withResolvers<TaskReply | undefined>();
    this.waiting.set(key, resolve);
    const timer = setTimeout(resolve, LONGEST_WAIT, undefined);
    try {
      const isOpen = await request();
      const reply = isOpen ? await promise : undefined;
      return { isOpen, ...(reply && { reply }) };
    } finally {
      clearTimeout(timer);
      if (this.waiting.get(key) === resolve) this.waiting.delete(key);
    }
  }

  /** False when nobody waits for it here. */
  deliver(sagaId: string, reply: TaskReply): boolean {
    const resolve = this.waiting.get(keyOf(sagaId, reply.to));
    this.waiting.delete(keyOf(sagaId, reply.to));
    resolve?.(reply);
    return resolve !== undefined;
  }

  /** Ends the wait of a saga that is cancelled: its workflow hears of that in its next task. */
  release(sagaId: string): void {
    for (const [key, resolve] of this.waiting) if (key.startsWith(`${sagaId} `)) resolve(undefined);
  }
}

const keyOf = (sagaId: string, to: TaskReply['to']) => `${sagaId} ${to}`;
