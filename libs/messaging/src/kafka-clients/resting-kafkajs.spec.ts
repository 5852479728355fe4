import { createRequire } from 'node:module';
import { letKafkaJsRest } from './resting-kafkajs.js';

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
const logger = { debug() {} };

/** A connection's queue on which one request may be in flight. */
function aQueue() {
  letKafkaJsRest();
  return new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, clientId: 'test', broker: 'b', logger });
}

const request = (correlationId: number, sendRequest: () => void) => ({
  entry: { correlationId, resolve() {}, reject() {} },
  expectResponse: true,
  sendRequest,
});

it('a connection of kafkajs without waiting requests sets no timer', () => {
  const queue = aQueue();
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
  queue.destroy();
});

it('a request that waits is sent when the one before it has its response', () => {
  const queue = aQueue();
  const sent: number[] = [];
  for (const id of [1, 2]) queue.push(request(id, () => sent.push(id)));
  expect(sent).toEqual([1]);
  queue.fulfillRequest({ correlationId: 1, size: 0, payload: null });
  expect(sent).toEqual([1, 2]);
  queue.destroy();
});

it('a request that waits because the broker throttles is sent when that ends', async () => {
  const queue = aQueue();
  queue.maybeThrottle(20);
  await new Promise<void>((resolve) => queue.push(request(1, resolve)));
  queue.destroy();
});
