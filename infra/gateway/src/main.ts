import { readConfig } from './config.js';
import { byName, roundRobin } from './connect-to-any.js';
import { createGateway } from './gateway.js';

/** Followers of an order would keep their connection for minutes; they come again, to whoever is there then. */
const DRAIN_WITHIN = 5_000;

try {
  const { host, port, target } = readConfig(process.env);
  const gateway = createGateway(roundRobin(byName(target)));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void gateway.drain(DRAIN_WITHIN).then(() => process.exit(0)));
  }
  gateway.server.once('error', fail);
  gateway.server.listen(port, host, () =>
    console.log(`listening on ${host}:${port} for ${target.host}:${target.port}`),
  );
} catch (error) {
  fail(error as Error);
}

function fail(error: Error): never {
  console.error(error.message);
  process.exit(1);
}
