import { SpanKind } from '@opentelemetry/api';
import { SendWebhook } from '@waybill/contracts';
import {
  BusinessRejection,
  type Handler,
  type HandlerContext,
  type HandlerOptions,
  Postpone,
} from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Database, NonPublicAddress, withSpan } from '@waybill/platform';
import { Webhook } from 'standardwebhooks';
import { verdictOn } from '../domain/webhook.js';
import { statusView } from '../http/order.views.js';
import { forgetCallbackUrl, type PendingWebhook, pendingWebhook } from '../persistence/webhook.queries.js';
import { WebhookClient } from './webhook-client.js';
import { type WebhookResult, webhookCalls } from './webhook-metrics.js';

export class WebhookSettings {
  constructor(
    /** `whsec_...`, each of which signs: a receiver accepts either while one replaces the other. */
    readonly secrets: readonly string[],
    /** Retries before the webhook is a dead letter. */
    readonly retries: number,
  ) {}
}

/**
 * Sends one signed webhook (Standard Webhooks). At least once: a crash between the receiver's answer and our acknowledgement
 * sends it again, with the same `webhook-id`. Neither an open transaction nor an isolated message waits for a receiver.
 */
@Handles(SendWebhook, { transaction: false, isolation: false, retryDelay: 1_000 })
export class SendWebhookHandler implements Handler<typeof SendWebhook> {
  readonly options: HandlerOptions;
  private readonly calls = webhookCalls();

  constructor(
    private readonly database: Database,
    private readonly client: WebhookClient,
    private readonly settings: WebhookSettings,
  ) {
    this.options = { retries: settings.retries };
  }

  async handle(task: SendWebhook, { message, signal }: HandlerContext): Promise<void> {
    const webhook = await pendingWebhook(this.database.autocommit, task);
    if (!webhook) throw new BusinessRejection('the order has never been in this status');
    if (!webhook.callbackUrl) return;

    const { headers, body } = this.signed(message.id, task.orderId, webhook);
    const post = () => this.client.post(webhook.callbackUrl!, headers, body, signal);
    const answer = await withSpan('POST webhook', { kind: SpanKind.CLIENT }, post).catch((error) => {
      if (error instanceof NonPublicAddress) {
        this.count('not_public');
        throw new BusinessRejection(error.message);
      }
      if (signal.aborted) throw new Postpone(0, 'the process stops');
      this.count('no_answer');
      throw error;
    });
    const verdict = verdictOn(answer, Date.now() - webhook.at.getTime());
    this.count(verdict.kind);
    if (verdict.kind === 'unwanted') await forgetCallbackUrl(this.database.autocommit, task.orderId);
    if (verdict.kind === 'later') throw new Postpone(verdict.ms, `the receiver answered ${answer.status}`);
    if (verdict.kind === 'failed') throw new Error(`the receiver answered ${answer.status}`);
  }

  private count(result: WebhookResult): void {
    this.calls.inc({ result });
  }

  private signed(id: string, orderId: string, webhook: PendingWebhook) {
    const type = `order.${webhook.status.toLowerCase()}`;
    const body = JSON.stringify({ type, timestamp: webhook.at, data: statusView(orderId, webhook) });
    const now = new Date(); // when it is sent, not when it happened: a receiver rejects what is old, as replayed
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'waybill-webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': this.settings.secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
      },
    };
  }
}
