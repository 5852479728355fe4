import type { FastifyInstance } from 'fastify';
import type { Ledger } from './ledger.js';
import type { ProviderMetrics } from './metrics.js';

export interface OperationsOptions {
  ledger: Ledger;
  metrics: ProviderMetrics;
  isStopping: () => boolean;
}

/** The endpoints of every process for operators. */
export function operationsRoutes(server: FastifyInstance, { ledger, metrics, isStopping }: OperationsOptions): void {
  server.addHook('onResponse', async (request, reply) => {
    metrics.requests.inc({ route: request.routeOptions.url ?? 'unknown', status: reply.statusCode });
  });

  server.get('/health/live', async () => ({ status: 'live' }));

  // It listens only after its ledger was read.
  server.get('/health/startup', async () => ({ status: 'started' }));

  server.get('/health/ready', async (_, reply) => {
    const reason = isStopping() ? 'is stopping' : ledger.broken;
    const ready = reason === undefined;
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks: { ledger: { status: ready ? 'ok' : 'failing', ...(reason && { reason }) } },
    });
  });

  server.get('/metrics', async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
