import { metric } from '@waybill/outbox';
import { Counter, Histogram } from 'prom-client';
import { type PaymentProvider, ProviderUnavailable } from './payment-provider.js';

const metrics = () => ({
  calls: metric(
    'waybill_payment_provider_calls_total',
    (name) =>
      new Counter({
        name,
        help: 'Calls of the payment provider by its answer; busy: it asked to wait, unavailable: no definite answer',
        labelNames: ['operation', 'result'],
      }),
  ),
  seconds: metric(
    'waybill_payment_provider_call_seconds',
    (name) =>
      new Histogram({
        name,
        help: 'How long a call of the payment provider took',
        labelNames: ['operation'],
        buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8],
      }),
  ),
});

/** Counts what was really sent to the provider: inside the rate limit and the circuit breaker. */
export function measured(provider: PaymentProvider): PaymentProvider {
  const { calls, seconds } = metrics();
  const call = async <T>(operation: string, work: () => Promise<T>, resultOf: (answer: T) => string): Promise<T> => {
    const stop = seconds.startTimer({ operation });
    try {
      const answer = await work();
      calls.inc({ operation, result: resultOf(answer) });
      return answer;
    } catch (error) {
      calls.inc({ operation, result: resultOfFailure(error) });
      throw error;
    } finally {
      stop();
    }
  };
  return {
    charge: (order) =>
      call(
        'charge',
        () => provider.charge(order),
        ({ outcome }) => outcome,
      ),
    refund: (charge) =>
      call(
        'refund',
        () => provider.refund(charge),
        ({ outcome }) => outcome,
      ),
    ledger: (query) =>
      call(
        'ledger',
        () => provider.ledger(query),
        () => 'read',
      ),
  };
}

function resultOfFailure(error: unknown): string {
  if (!(error instanceof ProviderUnavailable)) return 'error';
  return error.isBusy ? 'busy' : 'unavailable';
}
