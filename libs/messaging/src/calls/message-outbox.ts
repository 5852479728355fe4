import { type Outbox, type OutboxMessage, PostgresOutbox, type Tx } from '@waybill/outbox';
import type { ClaimCheck } from '../claim-check/index.js';
import type { OutgoingMessage } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { type Failure, failureHeaders } from '../outcomes/index.js';

export interface MessageOutboxOptions {
  /** CloudEvents `source` of the messages, such as `/waybill/order`. */
  source: string;
  /** Where the bytes are stored. Default: table `outbox` in schema `waybill` of the caller's database. */
  outbox?: Outbox;
  /** Stores bodies that are too large for a broker. Default: they go to the broker, which may reject them. */
  claimCheck?: ClaimCheck | undefined;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/** Sends the messages of a transaction. */
export class MessageOutbox {
  private readonly source: string;
  private readonly outbox: Outbox;
  private readonly claimCheck: ClaimCheck | undefined;
  private readonly namespace: string | undefined;

  constructor({ source, outbox = new PostgresOutbox(), claimCheck, namespace }: MessageOutboxOptions) {
    this.source = source;
    this.outbox = outbox;
    this.claimCheck = claimCheck;
    this.namespace = namespace;
  }

  /** Events to their topics, tasks and replies to their queues, if and only if `tx` commits. */
  async add(tx: Tx, ...messages: OutgoingMessage[]): Promise<void> {
    await this.outbox.add(tx, ...(await Promise.all(messages.map((message) => this.encode(tx, message)))));
  }

  /** Sends a task to this dead letter queue, for an operator. */
  async addDeadLetter(tx: Tx, deadLetterQueue: string, message: OutgoingMessage, failure: Failure): Promise<void> {
    const { headers, ...encoded } = await this.encode(tx, message);
    await this.outbox.add(tx, {
      ...encoded,
      destination: deadLetterQueue,
      headers: { ...headers, ...failureHeaders({ failedIn: headers.traceparent, ...failure }, this.namespace) },
    });
  }

  private async encode(tx: Tx, message: OutgoingMessage): Promise<OutboxMessage> {
    const encoded = encode(message, this.source);
    return this.claimCheck ? this.claimCheck.check(tx, encoded) : encoded;
  }
}
