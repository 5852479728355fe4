import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { chargesRoute } from './charges.js';
import { lockDirectory } from './directory-lock.js';
import { Ledger } from './ledger.js';
import { ledgerRoute } from './ledger-list.js';
import { providerMetrics } from './metrics.js';
import { operationsRoutes } from './operations.js';
import { answerEveryError } from './problem.js';
import { refundsRoute } from './refunds.js';

const BODY_LIMIT = 64 * 1024;

export interface ProviderOptions {
  /** Folder of the ledger, created if missing. Throws when another process has locked it. */
  directory: string;
  /** How long `tok_slow` takes, in milliseconds. */
  slowAfter: number;
  logLevel: string;
}

/** The third party's HTTP API, not yet listening. Closing it waits for the requests in flight. */
export function createProvider({ directory, slowAfter, logLevel }: ProviderOptions): FastifyInstance {
  mkdirSync(directory, { recursive: true });
  const unlock = lockDirectory(directory);
  const metrics = providerMetrics();
  const ledger = openLedger(join(directory, 'ledger.jsonl'), unlock, (lines) => {
    metrics.flushes.inc();
    metrics.lines.inc(lines);
  });
  const server = Fastify({
    logger: { level: logLevel },
    disableRequestLogging: true,
    forceCloseConnections: 'idle',
    bodyLimit: BODY_LIMIT,
  });
  server.removeContentTypeParser('text/plain');

  let stopping = false;
  server.addHook('preClose', async () => {
    stopping = true;
  });
  // A keep-alive connection would keep a closing server alive: its last response closes it.
  server.addHook('onSend', async (_, reply) => {
    if (stopping) void reply.header('connection', 'close');
  });
  server.addHook('onClose', async () => {
    await ledger.close();
    unlock();
  });
  answerEveryError(server);
  operationsRoutes(server, { ledger, metrics, isStopping: () => stopping });
  chargesRoute(server, { ledger, metrics, slowAfter });
  refundsRoute(server, { ledger, metrics });
  ledgerRoute(server, ledger);
  return server;
}

function openLedger(path: string, unlock: () => void, onFlush: (lines: number) => void): Ledger {
  try {
    return new Ledger(path, onFlush);
  } catch (error) {
    unlock();
    throw error;
  }
}
