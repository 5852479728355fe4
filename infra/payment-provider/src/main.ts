import { readConfig } from './config.js';
import { createProvider } from './provider.js';

/** A process that drains for longer exits anyway: every acknowledged entry is on disk. */
const DRAIN_LIMIT = 9_500;

try {
  const config = readConfig(process.env);
  const server = createProvider({
    directory: config.DATA_DIR,
    slowAfter: config.SLOW_AFTER,
    logLevel: config.LOG_LEVEL,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.log.info({ signal }, 'stopping');
      setTimeout(() => process.exit(0), DRAIN_LIMIT).unref();
      void server.close().then(() => process.exit(0));
    });
  }
  await server.listen({
    host: config.HOST,
    port: config.PORT,
    listenTextResolver: (url) => `listening on ${url}`,
  });
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
