import { setTimeout as sleep } from 'node:timers/promises';
import { getJson, readEventStream, request, Unreachable } from '@waybill/cli';

export interface OrderState {
  orderId: string;
  status: string;
  terminal: boolean;
  reason?: string;
}

/** After this many connections in a row without an event, server-sent events are considered blocked. */
const MAX_EMPTY_CONNECTIONS = 3;
const RETRY_DELAY = 250;
/** The first event is sent at once; a stream without one for this long is being buffered, for example by a proxy. */
const FIRST_EVENT_TIMEOUT = 5_000;

/**
 * Every state of an order as it happens, until it is terminal: by server-sent events, resumed where the connection
 * broke; or by long polling where those are blocked, which may miss states in between. Throws when `signal` aborts.
 */
export async function* followOrder(orderApi: string, orderId: string, signal: AbortSignal): AsyncGenerator<OrderState> {
  let lastEventId: string | undefined;
  let last: OrderState | undefined;
  for (let emptyConnections = 0; emptyConnections < MAX_EMPTY_CONNECTIONS; ) {
    emptyConnections += 1;
    for await (const { id, state } of stream(`${orderApi}/orders/${orderId}/events`, lastEventId, signal)) {
      emptyConnections = 0;
      lastEventId = id ?? lastEventId;
      last = state;
      yield state;
      if (state.terminal) return;
    }
    await sleep(RETRY_DELAY, undefined, { signal });
  }
  yield* poll(`${orderApi}/orders/${orderId}/status`, last, signal);
}

/** The events of one connection; returns when the connection ends, for whatever reason. */
async function* stream(url: string, lastEventId: string | undefined, signal: AbortSignal) {
  const close = new AbortController();
  const timer = setTimeout(() => close.abort(), FIRST_EVENT_TIMEOUT);
  try {
    const response = await request(url, {
      headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: AbortSignal.any([signal, close.signal]),
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      await response.body?.cancel();
      return;
    }
    for await (const { id, event, data } of readEventStream(response.body)) {
      clearTimeout(timer);
      if (event === 'status') yield { id, state: JSON.parse(data) as OrderState };
    }
  } catch {
    signal.throwIfAborted(); // otherwise the connection broke, and the next one resumes
  } finally {
    clearTimeout(timer);
    close.abort(); // the consumer may have stopped iterating: close the connection
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
    await sleep(state ? 0 : RETRY_DELAY, undefined, { signal });
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
