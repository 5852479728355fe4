import { metric } from '@waybill/outbox';
import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';

/** In seconds. A request that follows something lasts until it ends. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Measures every request by its route as it was declared: a path, or a method that no route has, comes from outside. */
export function observeRequests(fastify: FastifyInstance, namespace = 'waybill'): void {
  const seconds = metric(
    `${namespace}_http_request_seconds`,
    (name) =>
      new Histogram({
        name,
        help: 'Time from receiving an HTTP request to the end of its response; route: none, when there is no such route',
        labelNames: ['method', 'route', 'status'],
        buckets: BUCKETS,
      }),
  );
  fastify.addHook('onResponse', async ({ is404, method, routeOptions: { url } }, reply) => {
    const known = is404 || url === undefined ? { method: 'any', route: 'none' } : { method, route: url };
    seconds.observe({ ...known, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
}
