import { join } from 'node:path';
import { freshDatabase } from '@waybill/testing';
import { figure, method, rounds } from '../rounds.js';
import { Server } from '../server.js';
import { LOAD, load } from './load.js';
import { OrderApi } from './order-api.js';

const ROUNDS = 5;

/** What the guarantees of POST /orders cost. */
export async function overhead(): Promise<void> {
  method(
    'idempotency/overhead',
    `POST /orders (1 KiB, with an Idempotency-Key of its own) to one order-api process against a bare Fastify route that does one INSERT with pg;\n  processes of their own with 20 database connections each; ${LOAD}, in turns, median of the rounds.`,
  );
  const orderApi = await OrderApi.start();
  const database = await freshDatabase();
  const bare = await Server.start(join(import.meta.dirname, 'bare-route.js'), {
    ready: '/ready',
    env: { DATABASE_URL: database.url },
  });
  const medians = await rounds(ROUNDS, {
    'POST /orders with a key': async () => {
      await orderApi.settle();
      return load(orderApi.url, 'idempotency-key');
    },
    'bare route': async () => {
      await orderApi.settle();
      return load(bare.url, 'idempotency-key');
    },
  });
  const ratio = medians['POST /orders with a key'] / medians['bare route'];
  figure('POST /orders / bare route', ratio.toFixed(2), { text: 'at least 0.5', met: ratio >= 0.5 });
  await Promise.all([orderApi.stop(), bare.stop()]);
  await database.drop();
}
