import { metric } from '@waybill/outbox';
import type { Logger } from '@waybill/platform';
import { CircuitState, circuitBreaker, handleWhen, isBrokenCircuitError, SamplingBreaker } from 'cockatiel';
import { Counter, Gauge } from 'prom-client';
import { type PaymentProvider, ProviderUnavailable } from './payment-provider.js';

/** Milliseconds. */
const OPEN_FOR = 2_000;
const WINDOW = 10_000;
/** Of the calls in the window; cards that fail by themselves stay far below, a provider that is down does not. */
const FAILURE_RATIO = 0.75;
/** Fewer calls in the window, 20, say too little. */
const MINIMUM_PER_SECOND = 2;
/** At this failure in a row a call is counted: the ones before are what retries are for. */
const COUNTED_FAILURE = 3;
/** Enough for every saga in progress; the oldest is forgotten first. */
const KEYS_REMEMBERED = 10_000;

const STATES = { [CircuitState.Closed]: 'closed', [CircuitState.Open]: 'open', [CircuitState.HalfOpen]: 'half-open' };

/**
 * Stops calling a provider that is down: a call is rejected with ProviderUnavailable at once, as a saga that waits repeats it
 * anyway. After two seconds a page of the ledger is read: the next call goes through when that works. No customer's card
 * decides it.
 *
 * Only what tells about the provider counts as its failure. A definite 'no' and a 429 are answers. A charge counts
 * once, when it fails for the third time, because its card can be the cause; a refused connection or no answer in time counts each
 * time.
 */
export function circuitBroken(provider: PaymentProvider, logger: Logger): PaymentProvider {
  const failing = new Map<string, number>();
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof FailedCall),
    {
      halfOpenAfter: OPEN_FOR,
      breaker: new SamplingBreaker({
        threshold: FAILURE_RATIO,
        duration: WINDOW,
        minimumRps: MINIMUM_PER_SECOND,
      }),
    },
  );
  observe(breaker.onStateChange, logger);

  /** What the breaker sees of a call. */
  const counted = async <T>(key: string | undefined, call: () => Promise<T>): Promise<T> => {
    try {
      const result = await call();
      if (key) failing.delete(key);
      return result;
    } catch (error) {
      if (!(error instanceof ProviderUnavailable) || error.isBusy) throw error;
      const isCounted = error.isUnreachable || !key || remember(failing, key) === COUNTED_FAILURE;
      throw isCounted ? new FailedCall(error) : error;
    }
  };
  let probe: Promise<unknown> | undefined;
  /** Shared by all calls that find the breaker open or half-open. Rejects while it is too early for another probe. */
  const probed = () => {
    probe ??= breaker
      .execute(() => counted(undefined, () => provider.ledger({ since: new Date() })))
      .finally(() => {
        probe = undefined;
      });
    return probe;
  };
  const guarded = async <T>(key: string | undefined, call: () => Promise<T>): Promise<T> => {
    try {
      if (breaker.state !== CircuitState.Closed) await probed();
      return await breaker.execute(() => counted(key, call));
    } catch (error) {
      if (error instanceof FailedCall) throw error.cause;
      if (!isBrokenCircuitError(error)) throw error;
      throw new ProviderUnavailable('the payment provider is down: its circuit breaker is open', { cause: error });
    }
  };
  return {
    charge: (order) => guarded(order.key, () => provider.charge(order)),
    refund: (charge) => guarded(`refund ${charge.key}`, () => provider.refund(charge)),
    ledger: (query) => guarded(undefined, () => provider.ledger(query)),
  };
}

/** A failure of the provider, as opposed to errors that pass through uncounted. */
class FailedCall extends Error {
  constructor(override readonly cause: ProviderUnavailable) {
    super(cause.message);
  }
}

/** How often in a row it has failed now. */
function remember(failing: Map<string, number>, key: string): number {
  const failures = (failing.get(key) ?? 0) + 1;
  failing.set(key, failures);
  if (failing.size > KEYS_REMEMBERED) failing.delete(failing.keys().next().value!);
  return failures;
}

function observe(onStateChange: (listener: (state: CircuitState) => void) => unknown, logger: Logger): void {
  const state = metric(
    'waybill_payment_provider_breaker_state',
    (name) =>
      new Gauge({
        name,
        help: '1 for the state of the circuit breaker before the payment provider',
        labelNames: ['state'],
      }),
  );
  const opened = metric(
    'waybill_payment_provider_breaker_opened_total',
    (name) => new Counter({ name, help: 'How often the circuit breaker before the payment provider opened' }),
  );
  const show = (current: string) => {
    for (const each of Object.values(STATES)) state.set({ state: each }, each === current ? 1 : 0);
  };
  show('closed');
  onStateChange((next) => {
    const name = STATES[next as keyof typeof STATES];
    show(name);
    if (next === CircuitState.Open) opened.inc();
    const text = `the circuit breaker before the payment provider is ${name}`;
    if (next === CircuitState.Open) logger.warn({ forMs: OPEN_FOR }, `${text}: payments wait`);
    else logger.info({}, text);
  });
}
