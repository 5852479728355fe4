import { setTimeout as pause } from 'node:timers/promises';
import { eventsOf } from './event-stream.js';
import { getJson, request, Unreachable } from './http.js';

export interface OrderState {
  orderId: string;
  status: string;
  terminal: boolean;
  reason?: string;
}

/** After so many connections in a row that brought nothing, server-sent events do not get through here. */
const FRUITLESS = 3;
const TRY_AGAIN_AFTER = 250;
/** The first event is there at once; a stream that is silent for so long is held back on its way, by a proxy say. */
const FIRST_EVENT_WITHIN = 5_000;

/**
 * Every state of an order as it happens, until it is terminal: by server-sent events, taken up again where they broke
 * off; by long polling, which may miss states in between, where they do not get through. Goes on until `signal` aborts,
 * and throws then.
 */
export async function* statesOf(orderApi: string, orderId: string, signal: AbortSignal): AsyncGenerator<OrderState> {
  let lastEventId: string | undefined;
  let last: OrderState | undefined;
  for (let fruitless = 0; fruitless < FRUITLESS; ) {
    fruitless += 1;
    for await (const { id, state } of stream(`${orderApi}/orders/${orderId}/events`, lastEventId, signal)) {
      fruitless = 0;
      lastEventId = id ?? lastEventId;
      last = state;
      yield state;
      if (state.terminal) return;
    }
    await pause(TRY_AGAIN_AFTER, undefined, { signal });
  }
  yield* poll(`${orderApi}/orders/${orderId}/status`, last, signal);
}

/** The events of one connection; ends, whatever the reason, when the connection does. */
async function* stream(url: string, lastEventId: string | undefined, signal: AbortSignal) {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), FIRST_EVENT_WITHIN);
  try {
    const response = await request(url, {
      headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      await response.body?.cancel();
      return;
    }
    for await (const { id, event, data } of eventsOf(response.body)) {
      clearTimeout(timer);
      if (event === 'status') yield { id, state: JSON.parse(data) as OrderState };
    }
  } catch {
    signal.throwIfAborted(); // else the connection broke, and the next one goes on
  } finally {
    clearTimeout(timer);
    silence.abort(); // whoever stops listening closes the connection
  }
}

async function* poll(url: string, last: OrderState | undefined, signal: AbortSignal): AsyncGenerator<OrderState> {
  let before = last?.status;
  for (;;) {
    const state = await statusOrNone(`${url}?wait=${before ? 10 : 0}`, signal);
    if (state && state.status !== before) {
      before = state.status;
      yield state;
    }
    if (state?.terminal) return;
    await pause(state ? 0 : TRY_AGAIN_AFTER, undefined, { signal });
  }
}

async function statusOrNone(url: string, signal: AbortSignal): Promise<OrderState | undefined> {
  try {
    return await getJson<OrderState>(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}
