import { mkdirSync } from 'node:fs';
import { collectDefaultMetrics } from 'prom-client';
import { z } from 'zod';
import { createProvider } from './server.js';

const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PAYMENT_PROVIDER_PORT: z.coerce.number().int().default(3005),
    LOG_LEVEL: z.string().default('info'),
    DATA_DIR: z.string().min(1),
  })
  .parse(process.env);

mkdirSync(config.DATA_DIR, { recursive: true });
collectDefaultMetrics();
const server = createProvider({ directory: config.DATA_DIR, logLevel: config.LOG_LEVEL });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)));
}
await server.listen({ host: config.HOST, port: config.PAYMENT_PROVIDER_PORT });
