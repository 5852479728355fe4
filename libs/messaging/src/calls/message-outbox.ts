import { type Outbox, type OutboxMessage, PostgresOutbox, type Tx } from '@waybill/outbox';
import type { ClaimCheck } from '../claim-check/index.js';
import type { OutgoingMessage } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { type Failure, failureHeaders } from '../outcomes/index.js';

export interface MessageOutboxOptions {
  /** CloudEvents `source`: who says it, e.g. `/waybill/order`. */
  source: string;
  /** Where the bytes are left. Default: `waybill.outbox` of the caller's database. */
  outbox?: Outbox;
  /** Takes bodies that are too large for a broker. Default: they are left to the broker, which may refuse them. */
  claimCheck?: ClaimCheck | undefined;
}

/** Where a transaction leaves what it has to say. */
export class MessageOutbox {
  private readonly source: string;
  private readonly outbox: Outbox;
  private readonly claimCheck: ClaimCheck | undefined;

  constructor({ source, outbox = new PostgresOutbox(), claimCheck }: MessageOutboxOptions) {
    this.source = source;
    this.outbox = outbox;
    this.claimCheck = claimCheck;
  }

  /** Events to their topics, tasks and replies to their queues, if and only if `tx` commits. */
  async add(tx: Tx, ...messages: OutgoingMessage[]): Promise<void> {
    await this.outbox.add(tx, ...(await Promise.all(messages.map((message) => this.encode(tx, message)))));
  }

  /** Sets a task aside for a person, in this dead letter queue. */
  async addDeadLetter(tx: Tx, deadLetterQueue: string, message: OutgoingMessage, failure: Failure): Promise<void> {
    const { headers, ...encoded } = await this.encode(tx, message);
    await this.outbox.add(tx, {
      ...encoded,
      destination: deadLetterQueue,
      headers: { ...headers, ...failureHeaders(failure) },
    });
  }

  private async encode(tx: Tx, message: OutgoingMessage): Promise<OutboxMessage> {
    const encoded = encode(message, this.source);
    return this.claimCheck ? this.claimCheck.check(tx, encoded) : encoded;
  }
}
