import { type OrderState, statesOf } from './follow-order.js';
import { OrderRefused, type OrderRequest, placeOrder } from './place-order.js';

/** What became of one order. Times are milliseconds since the POST was sent, as its client saw it. */
export interface OrderRun {
  orderId?: string;
  /** Until 202. */
  accepted?: number;
  /** The last state seen. */
  state?: OrderState;
  /** When it was seen. */
  at?: number;
  /** Why there is no outcome. */
  failure?: string;
}

export interface RunOptions {
  /** Milliseconds for all of it. */
  timeout: number;
  onAccepted?: (orderId: string, at: number) => void;
  onState?: (state: OrderState, at: number) => void;
}

/** Places an order and follows it to its outcome. Never throws for what a system or the time limit does. */
export async function runOrder(orderApi: string, order: OrderRequest, options: RunOptions): Promise<OrderRun> {
  const { timeout, onAccepted, onState } = options;
  const start = performance.now();
  const signal = AbortSignal.timeout(timeout);
  const run: OrderRun = {};
  try {
    run.orderId = await placeOrder(orderApi, order, signal);
    run.accepted = performance.now() - start;
    onAccepted?.(run.orderId, run.accepted);
    for await (const state of statesOf(orderApi, run.orderId, signal)) {
      run.state = state;
      run.at = performance.now() - start;
      onState?.(state, run.at);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof OrderRefused)) throw error;
    run.failure = error instanceof OrderRefused ? error.message : whyLate(run, timeout);
  }
  return run;
}

function whyLate({ orderId, state }: OrderRun, timeout: number): string {
  const within = `within ${timeout / 1_000} s`;
  if (!orderId) return `no answer to the order ${within}`;
  return `no outcome ${within}: the order is ${state?.status ?? 'accepted, but shows no state'}`;
}

/** A state with its reason, for people. */
export const outcomeOf = (state: OrderState | undefined): string =>
  `${state?.status}${state?.reason ? ` (${state.reason})` : ''}`;
