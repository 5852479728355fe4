import { Injectable } from '@nestjs/common';
import { deliverReply, type HandlerContext } from '@waybill/messaging';
import { sagaId } from '../domain/order.js';
import type { TaskReply } from '../workflows/fulfil-order.activities.js';
import { ReplyWaiters } from '../workflows/reply-waiters.js';
import { Sagas } from '../workflows/sagas.js';

/**
 * Forwards a reply to the saga that requested it: to what waits for it in this process, otherwise as a signal, whichever
 * process the saga runs in. One whose correlation id is not that of its attempt has no requester: it is dropped and counted.
 */
@Injectable()
export class ReplyForwarder {
  constructor(
    private readonly waiters: ReplyWaiters,
    private readonly sagas: Sagas,
  ) {}

  async forward(
    to: TaskReply['to'],
    { outcome, ...attempt }: { orderId: string; attempt: number; outcome?: string },
    { message }: HandlerContext,
  ): Promise<void> {
    const reply = { to, ...(outcome && { outcome }) };
    const { waiters, sagas } = this;
    await deliverReply(
      message,
      async (id) => id === sagaId(attempt) && (waiters.deliver(id, reply) || sagas.reply(id, reply)),
    );
  }
}
