import { type Failure, failureHeaders } from '@waybill/dlq';
import { type Outbox, PostgresOutbox, type Tx } from '@waybill/outbox';
import { encode } from './cloud-event.js';
import type { OutgoingMessage } from './contract.js';

export interface MessageOutboxOptions {
  /** CloudEvents `source`: who says it, e.g. `/waybill/order`. */
  source: string;
  /** Where the bytes are left. Default: `waybill.outbox` of the caller's database. */
  outbox?: Outbox;
}

/** Where a transaction leaves what it has to say. */
export class MessageOutbox {
  private readonly source: string;
  private readonly outbox: Outbox;

  constructor({ source, outbox = new PostgresOutbox() }: MessageOutboxOptions) {
    this.source = source;
    this.outbox = outbox;
  }

  /** Events to their topics, tasks and replies to their queues, if and only if `tx` commits. */
  async add(tx: Tx, ...messages: OutgoingMessage[]): Promise<void> {
    await this.outbox.add(tx, ...messages.map((message) => encode(message, this.source)));
  }

  /** Sets a task aside for a person, in this dead letter queue. */
  async addDeadLetter(tx: Tx, deadLetterQueue: string, message: OutgoingMessage, failure: Failure): Promise<void> {
    const { headers, ...encoded } = encode(message, this.source);
    await this.outbox.add(tx, {
      ...encoded,
      destination: deadLetterQueue,
      headers: { ...headers, ...failureHeaders(failure) },
    });
  }
}
