import { metric } from '@waybill/outbox';
import { Counter, Gauge } from 'prom-client';

export const mailMetrics = () => ({
  mails: metric(
    'waybill_mails_total',
    (name) =>
      new Counter({
        name,
        help: 'Mails by what came of each try; skipped: the event was too old',
        labelNames: ['outcome'],
      }),
  ),
  waiting: metric('waybill_mails_waiting', (name) => new Gauge({ name, help: 'Mails that are not sent yet' })),
});
