import { createRequire } from 'node:module';

/** What kafkajs has in `src/network/requestQueue`: the requests of one connection. */
interface RequestQueue {
  pending: unknown[];
  /** In ms since 1970; -1: not throttled. */
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

let isResting = false;

/**
 * kafkajs 2.2.4 checks every connection for waiting requests once a millisecond, for ever: it sets the timer to the time when
 * throttling ends, which lies in the past when the broker never throttled. At rest that was most of the CPU of a process. Here
 * it sets the timer only when there is something to wait for.
 */
export function letKafkaJsRest(): void {
  if (isResting) return;
  isResting = true;
  const { prototype }: { prototype: RequestQueue } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
  };
}
