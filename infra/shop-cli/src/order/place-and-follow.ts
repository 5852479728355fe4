import { followOrder, type OrderState } from './follow-order.js';
import { OrderRejected, type OrderRequest, placeOrder } from './place-order.js';

/** How far one order got. Times are milliseconds since the POST was sent, as its client saw it. */
export interface OrderResult {
  orderId?: string;
  /** Time until 202. */
  acceptedAfter?: number;
  /** The last state seen. */
  state?: OrderState;
  /** Time until that state. */
  stateAfter?: number;
  /** Why there is no outcome. */
  failure?: string;
}

export interface FollowOptions {
  /** Milliseconds from the POST to the outcome. */
  timeout: number;
  onAccepted?: (orderId: string, after: number) => void;
  onState?: (state: OrderState, after: number) => void;
}

/** Places an order and follows it to its outcome. A rejection or a timeout becomes the result's `failure`. */
export async function placeAndFollow(
  orderApi: string,
  order: OrderRequest,
  { timeout, onAccepted, onState }: FollowOptions,
): Promise<OrderResult> {
  const start = performance.now();
  const signal = AbortSignal.timeout(timeout);
  const result: OrderResult = {};
  try {
    result.orderId = await placeOrder(orderApi, order, signal);
    result.acceptedAfter = performance.now() - start;
    onAccepted?.(result.orderId, result.acceptedAfter);
    for await (const state of followOrder(orderApi, result.orderId, signal)) {
      result.state = state;
      result.stateAfter = performance.now() - start;
      onState?.(state, result.stateAfter);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof OrderRejected)) throw error;
    result.failure = error instanceof OrderRejected ? error.message : timeoutMessage(result, timeout);
  }
  return result;
}

function timeoutMessage({ orderId, state }: OrderResult, timeout: number): string {
  const limit = `within ${timeout / 1_000} s`;
  if (!orderId) return `no response to the order ${limit}`;
  return `no outcome ${limit}: the order is ${state?.status ?? 'accepted, but shows no state'}`;
}

/** A state with its reason, for people. */
export const formatState = (state: OrderState | undefined): string =>
  `${state?.status}${state?.reason ? ` (${state.reason})` : ''}`;
