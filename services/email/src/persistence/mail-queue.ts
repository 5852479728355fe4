import type { SendEmail } from '@waybill/contracts';
import type { Tx } from '@waybill/outbox';
import { traceHeaders } from '@waybill/platform';
import type { Mail } from '../domain/mail.js';

/** A mail that this process sends. */
export interface QueuedMail {
  id: string;
  /** The message that requested it. */
  taskId: string;
  request: SendEmail;
  /** W3C Trace Context of that message. */
  traceparent: string | null;
  /** This one included. */
  attempts: number;
  /** How often the server has deferred it before. */
  deferrals: number;
  /** Milliseconds since it was requested. */
  age: number;
  firstFailedAt?: string | undefined;
}

/** The mails to send, which stay as the record of what was sent: one of each type for an attempt at an order. */
export class MailQueue {
  /** Does nothing when this mail was requested before. */
  async add(tx: Tx, taskId: string, request: SendEmail, { to, messageId }: Mail): Promise<void> {
    await tx.query(
      `INSERT INTO emails (order_id, attempt, type, recipient, message_id, task_id, request, traceparent)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        request.orderId,
        request.attempt,
        request.type,
        to,
        messageId,
        taskId,
        JSON.stringify(request),
        traceHeaders().traceparent ?? null,
      ],
    );
  }

  /** Leases mails that are due, those that are due longest first. Without those that this process still sends. */
  async claim(
    tx: Tx,
    { limit, lease, except }: { limit: number; lease: number; except: readonly string[] },
  ): Promise<QueuedMail[]> {
    const { rows } = await tx.query<QueuedRow>(
      `UPDATE emails SET leased_until = now() + $2::float8 * interval '1 ms', attempts = attempts + 1
       WHERE id IN (
         SELECT id FROM emails
         WHERE sent_at IS NULL AND next_attempt_at <= now() AND (leased_until IS NULL OR leased_until < now())
           AND id <> ALL ($3::bigint[])
         ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, task_id, request, traceparent, attempts, deferrals, first_failed_at,
                 extract(epoch FROM now() - requested_at)::float8 * 1000 AS age`,
      [limit, lease, except],
    );
    return rows.map(toQueuedMail);
  }

  async extendLeases(tx: Tx, ids: readonly string[], lease: number): Promise<void> {
    await tx.query(
      `UPDATE emails SET leased_until = now() + $2::float8 * interval '1 ms'
       WHERE id = ANY ($1::bigint[]) AND leased_until IS NOT NULL`,
      [ids, lease],
    );
  }

  async markSent(tx: Tx, id: string): Promise<void> {
    await tx.query(
      'UPDATE emails SET sent_at = now(), leased_until = NULL, request = NULL WHERE id = $1 AND sent_at IS NULL',
      [id],
    );
  }

  async postpone(tx: Tx, id: string, { ms, deferred }: { ms: number; deferred: boolean }): Promise<void> {
    await tx.query(
      `UPDATE emails
       SET next_attempt_at = now() + $2::float8 * interval '1 ms', leased_until = NULL, deferrals = deferrals + $3,
           first_failed_at = coalesce(first_failed_at, now())
       WHERE id = $1 AND sent_at IS NULL`,
      [id, ms, deferred ? 1 : 0],
    );
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('DELETE FROM emails WHERE id = $1', [id]);
  }

  async waiting(tx: Tx): Promise<number> {
    const { rows } = await tx.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM emails WHERE sent_at IS NULL',
    );
    return rows[0]!.count;
  }
}

interface QueuedRow {
  id: string;
  task_id: string;
  request: SendEmail;
  traceparent: string | null;
  attempts: number;
  deferrals: number;
  first_failed_at: Date | null;
  age: number;
}

function toQueuedMail(row: QueuedRow): QueuedMail {
  return {
    id: row.id,
    taskId: row.task_id,
    request: row.request,
    traceparent: row.traceparent,
    attempts: row.attempts,
    deferrals: row.deferrals,
    age: row.age,
    firstFailedAt: row.first_failed_at?.toISOString(),
  };
}
