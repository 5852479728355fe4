import { metric } from '@waybill/outbox';
import { Counter } from 'prom-client';

/** What came of a call: a verdict on the answer, or none came, or it was never made. */
export type WebhookResult = 'delivered' | 'unwanted' | 'later' | 'failed' | 'no_answer' | 'not_public';

export const webhookCalls = () =>
  metric(
    'waybill_webhook_calls_total',
    (name) =>
      new Counter<'result'>({
        name,
        help: 'Calls of webhooks: delivered, unwanted (410), later (the receiver said when), failed, no_answer, not_public (not called)',
        labelNames: ['result'],
      }),
  );
