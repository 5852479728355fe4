import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessUrls, urlOf } from './service-views.js';

/** Milliseconds. */
const RETRY_AFTER = 1_000;
const NO_CONTENT = 204;

/** Calls `onChange` for every status of the order as order-api streams them, until its last one. An order-api that is away is tried again. */
export function whenStatusChanges(urls: ProcessUrls, orderId: string, stop: AbortSignal, onChange: () => void) {
  const stopped = new AbortController();
  const signal = AbortSignal.any([stop, stopped.signal]);
  const ended = watch(urls, orderId, signal, onChange);
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}

async function watch(urls: ProcessUrls, orderId: string, signal: AbortSignal, onChange: () => void): Promise<void> {
  let lastEventId = '0';
  while (!signal.aborted) {
    try {
      const headers = { 'last-event-id': lastEventId };
      const response = await fetch(`${urlOf(urls, 'order-api')}/orders/${orderId}/events`, { headers, signal });
      if (response.status === NO_CONTENT || response.status === 404) return;
      if (!response.ok || !response.body) throw new Error(`order-api responded with ${response.status}`);
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        const ids = [...text.matchAll(/^id: (\d+)$/gm)];
        lastEventId = ids.at(-1)?.[1] ?? lastEventId;
        if (ids.length) onChange();
      }
    } catch {
      // The trace itself names order-api while it is away.
    }
    await pause(RETRY_AFTER, undefined, { signal }).catch(() => {}); // it stops
  }
}
