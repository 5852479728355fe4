import { setTimeout as pause } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { emailSend, SendEmail } from '@waybill/contracts';
import { deadLetterQueueOf, type MessageOutbox, messagingMetrics, retryForever } from '@waybill/messaging';
import { type Database, type Logger, withSpan } from '@waybill/platform';
import { mailOf } from '../domain/mail.js';
import { type MailOutcome, probeInterval, type RetryOptions, retryDelay } from '../domain/retry.js';
import type { MailQueue, QueuedMail } from '../persistence/mail-queue.js';
import { mailMetrics } from './mail-metrics.js';
import type { Mailer } from './mailer.js';

/** How long a mail of a killed process waits. */
const LEASE = 15_000;
const LEASE_RENEWAL = 5_000;
const POLL_INTERVAL = 1_000;
/** What is being sent when the process stops has so long to end. */
const DRAIN_LIMIT = 8_000;

export interface MailSenderOptions extends RetryOptions {
  database: Database;
  queue: MailQueue;
  mailer: Mailer;
  outbox: MessageOutbox;
  logger: Logger;
  /** Mails that are sent concurrently. */
  connections: number;
}

/**
 * Sends the mails of the queue, outside of any transaction: however slow the server is, it holds up no message, no other
 * mail and no database connection. Any number of processes may: each mail is leased by one. A crash between the server's
 * confirmation and our record of it sends the mail again, with the same Message-ID: SMTP has no transactions.
 */
export class MailSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  /** Aborts when the process cannot wait any longer. */
  private readonly leaving = new AbortController();
  private readonly metrics = mailMetrics();
  private running: Promise<unknown> = Promise.resolve();
  private awake = new AbortController();
  /** The server accepts nothing: one mail at a time finds out whether it does again. */
  private unavailable = false;

  constructor(private readonly options: MailSenderOptions) {}

  onApplicationBootstrap(): void {
    this.running = Promise.all([this.sendUntilStopped(), this.renewLeases()]);
  }

  /** Leaves what takes longer than the process may to another one, once its lease has expired. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
    await Promise.race([Promise.all(this.inFlight.values()), pause(DRAIN_LIMIT, undefined, { ref: false })]);
    this.leaving.abort();
  }

  /** There is a mail to send. */
  wake(): void {
    this.awake.abort();
  }

  private async sendUntilStopped(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.awake = new AbortController();
      const claimed = await this.claim();
      for (const mail of claimed) this.start(mail);
      if (claimed.length === 0 || this.unavailable) await this.pause();
    }
  }

  private async claim(): Promise<QueuedMail[]> {
    const { queue, database, connections, logger } = this.options;
    const limit = Math.min(connections - this.inFlight.size, this.unavailable ? 1 : connections);
    if (limit === 0) return [];
    try {
      return await queue.claim(database.autocommit, { limit, lease: LEASE, except: [...this.inFlight.keys()] });
    } catch (error) {
      logger.debug({ err: error }, 'could not read the mails to send');
      return [];
    }
  }

  private start(mail: QueuedMail): void {
    const { id, traceparent } = mail;
    const sending = withSpan('send mail', { kind: SpanKind.CLIENT, traceparent }, () => this.send(mail)).finally(() => {
      this.inFlight.delete(id);
      if (!this.unavailable) this.wake();
    });
    this.inFlight.set(id, sending);
  }

  private async send(mail: QueuedMail): Promise<void> {
    const { mailer, logger } = this.options;
    const { request } = mail;
    const outcome = await mailer.send(mailOf(request), {
      'X-Waybill-Order-Id': request.orderId,
      'X-Waybill-Mail-Type': request.type,
    });
    this.unavailable = outcome.kind === 'unavailable';
    this.metrics.mails.inc({ outcome: outcome.kind });
    // Sent again, it would be a second copy: what came of it is recorded, however long the database is unavailable.
    await retryForever(
      () => this.record(mail, outcome),
      this.leaving.signal,
      (error) => logger.warn({ err: error, ...about(mail) }, 'could not record what came of a mail yet'),
    );
  }

  private async record(mail: QueuedMail, outcome: MailOutcome): Promise<void> {
    const { database, queue, logger } = this.options;
    if (outcome.kind === 'accepted') return queue.markSent(database.autocommit, mail.id);
    const ms = retryDelay(outcome, mail, this.options);
    if (ms === undefined) return this.deadLetter(mail, outcome);
    await queue.postpone(database.autocommit, mail.id, { ms, deferred: outcome.kind === 'deferred' });
    logger.warn({ ...about(mail), outcome: outcome.kind, code: codeOf(outcome.reply), ms }, 'will send the mail again');
  }

  /** It leaves the queue, so that it can be resubmitted, with another address for example. */
  private async deadLetter(mail: QueuedMail, outcome: Exclude<MailOutcome, { kind: 'accepted' }>): Promise<void> {
    const { database, queue, outbox, logger } = this.options;
    const failureClass = outcome.kind === 'rejected' ? 'business' : 'transient';
    const now = new Date().toISOString();
    await database.transaction(async (tx) => {
      await queue.remove(tx, mail.id);
      await outbox.addDeadLetter(
        tx,
        deadLetterQueueOf(emailSend.name),
        { ...SendEmail.of(mail.request), ...(mail.taskId && { id: mail.taskId }) },
        {
          source: emailSend.name,
          consumer: 'email',
          class: failureClass,
          error: outcome.reply,
          attempts: mail.attempts,
          firstFailedAt: mail.firstFailedAt ?? now,
          lastFailedAt: now,
        },
      );
    });
    messagingMetrics().deadLetters.inc({ source: emailSend.name, class: failureClass });
    logger.error({ ...about(mail), class: failureClass, code: codeOf(outcome.reply) }, 'dead-lettered a mail');
  }

  private async renewLeases(): Promise<void> {
    const { database, queue, logger } = this.options;
    while (await this.pauseUntilStopped(LEASE_RENEWAL)) {
      try {
        await queue.extendLeases(database.autocommit, [...this.inFlight.keys()], LEASE);
        this.metrics.waiting.set(await queue.waiting(database.autocommit));
      } catch (error) {
        this.metrics.waiting.set(Number.NaN); // unknown
        logger.debug({ err: error }, 'could not extend the leases of mails');
      }
    }
  }

  private async pause(): Promise<void> {
    if (this.unavailable) await this.pauseUntilStopped(probeInterval(this.options));
    else await pause(POLL_INTERVAL, undefined, { signal: this.awake.signal }).catch(() => {});
  }

  private async pauseUntilStopped(ms: number): Promise<boolean> {
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => {});
    return !this.stopping.signal.aborted;
  }
}

const about = ({ request: { orderId, type }, attempts }: QueuedMail) => ({ orderId, type, attempts });

/** The reply without its text, which may quote the address: logs hold none. */
const codeOf = (reply: string): string => reply.split(/[^\w]/, 1)[0]!.slice(0, 16);
