import { type Logger, PeriodicJob, schemaName, type TransactionRunner, type Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { BodyOf, ReplyContract, TaskContract } from '../contract/index.js';
import type { HandlerContext } from '../handling/index.js';
import { deliverReply } from '../rabbitmq/index.js';
import type { MessageOutbox } from './message-outbox.js';

const INTERVAL = 1_000;
const PAUSE_AFTER_FAILURE = 5_000;

export interface CallbackRequestsOptions<Schema extends z.ZodType, Reply extends ReplyContract, About> {
  database: TransactionRunner;
  outbox: MessageOutbox;
  task: TaskContract<Schema, Reply>;
  /** Handles a reply that comes in time, in the transaction of the handler that received it. */
  onReply(reply: BodyOf<Reply>, about: About, context: HandlerContext): Promise<void>;
  /** Handles a timeout, in a transaction of its own. One that fails is repeated. */
  onTimeout(about: About, context: Pick<HandlerContext, 'tx' | 'outbox'>): Promise<void>;
  logger: Logger;
  /** How often to look for requests that have timed out, in ms. Default 1,000. */
  interval?: number;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string | undefined;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/**
 * Async request-reply with callback: requests now, is called back later, in whichever process, even if all were down in
 * between. Each request ends once: by its reply or by its timeout, whichever commits first. Needs the library's table
 * `pending_requests`. (A saga needs no table: its workflow state holds what it waits for.)
 */
export class CallbackRequests<Schema extends z.ZodType, Reply extends ReplyContract, About> {
  private readonly schema: string;
  private readonly job: PeriodicJob;

  constructor(private readonly options: CallbackRequestsOptions<Schema, Reply, About>) {
    this.schema = schemaName(options.schema);
    const { interval = INTERVAL, task, logger } = options;
    const work = () => this.expire();
    this.job = new PeriodicJob({ does: `expire requests of ${task.type}`, interval, work, logger });
  }

  /**
   * Sends the request if and only if `tx` commits. `about` comes back with the callback; `timeout` in ms, from now. Resolves
   * with the correlation id.
   */
  async request(tx: Tx, body: z.input<Schema>, { timeout, about }: { timeout: number; about: About }): Promise<string> {
    const { task, outbox } = this.options;
    const correlationId = uuidv7();
    await tx.query(
      `INSERT INTO ${this.schema}.pending_requests (correlation_id, task, about, deadline)
       VALUES ($1, $2, $3::json, now() + $4::float8 * interval '1 millisecond')`,
      [correlationId, task.type, JSON.stringify(about), timeout],
    );
    await outbox.add(tx, task.of(body, { correlationId }));
    return correlationId;
  }

  /** For the reply's handler. A reply that is not awaited (a second one, or too late) is dropped and counted. */
  async receive(reply: BodyOf<Reply>, context: HandlerContext): Promise<void> {
    await deliverReply(
      context.message,
      async (correlationId) => {
        const { rows } = await context.tx.query<{ about: About }>(
          `DELETE FROM ${this.schema}.pending_requests WHERE correlation_id = $1 AND task = $2 RETURNING about`,
          [correlationId, this.options.task.type],
        );
        if (rows[0]) await this.options.onReply(reply, rows[0].about, context);
        return rows.length > 0;
      },
      this.options.namespace,
    );
  }

  /** Starts looking for requests that have timed out. Any number of processes may. */
  start(): void {
    this.job.start();
  }

  async stop(): Promise<void> {
    await this.job.stop();
  }

  /** Ends all requests that have timed out by now. */
  async expire(): Promise<void> {
    while (await this.expireOne());
  }

  private async expireOne(): Promise<boolean> {
    const { database, outbox, task, onTimeout } = this.options;
    let correlationId: string | undefined;
    try {
      return await database.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string; about: About }>(firstLateSql(this.schema), [task.type]);
        if (!rows[0]) return false;
        correlationId = rows[0].id;
        await tx.query(`DELETE FROM ${this.schema}.pending_requests WHERE correlation_id = $1`, [correlationId]);
        await onTimeout(rows[0].about, { tx, outbox });
        return true;
      });
    } catch (error) {
      if (correlationId) await this.postpone(correlationId);
      throw error;
    }
  }

  /** So that one that fails does not delay the others. */
  private async postpone(correlationId: string): Promise<void> {
    await this.options.database.transaction((tx) =>
      tx.query(
        `UPDATE ${this.schema}.pending_requests SET deadline = now() + $2::float8 * interval '1 millisecond'
         WHERE correlation_id = $1`,
        [correlationId, PAUSE_AFTER_FAILURE],
      ),
    );
  }
}

const firstLateSql = (schema: string) => `
  SELECT correlation_id AS id, about FROM ${schema}.pending_requests
  WHERE task = $1 AND deadline < now() ORDER BY deadline LIMIT 1 FOR UPDATE SKIP LOCKED`;
