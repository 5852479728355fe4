import type { NatsConnection } from '@nats-io/transport-node';
import { withTimeout } from '../outcomes/index.js';
import { type NatsSettings, serversOf } from './nats-settings.js';

export type Library = typeof import('@nats-io/transport-node') & typeof import('@nats-io/jetstream');

const CONNECT_TIMEOUT = 3_000;
/** A server that is silent for three of them is disconnected, in ms. */
const PING_INTERVAL = 3_000;
/** How long closing waits for a server that does not reply, in ms. */
const CLOSE_TIMEOUT = 2_000;
/** How long a request to the server may take, in ms. */
export const REQUEST_TIMEOUT = 10_000;

/** The libraries, loaded when they are first used, so that an application without NATS needs neither. */
export async function loadNats(): Promise<Library> {
  const [transport, jetstream] = await Promise.all([import('@nats-io/transport-node'), import('@nats-io/jetstream')]);
  return { ...transport, ...jetstream };
}

/**
 * A connection that ends when it breaks: what the server has of its messages is then a prefix of what was sent. Who uses it
 * connects again.
 */
export async function connectNats({ url, name }: NatsSettings): Promise<NatsConnection> {
  const { connect } = await loadNats();
  return connect({
    ...serversOf(url),
    name,
    reconnect: false,
    timeout: CONNECT_TIMEOUT,
    pingInterval: PING_INTERVAL,
    maxPingOut: 2,
  });
}

/** Resolves when the server has what was sent, or does not reply in time, or the connection has ended. */
export async function flushed(connection: NatsConnection, { name, logger }: NatsSettings): Promise<void> {
  if (connection.isClosed()) return;
  await withTimeout(CLOSE_TIMEOUT, 'NATS did not reply', connection.flush()).catch((error) =>
    logger.debug({ err: error, connection: name }, 'could not close in order'),
  );
}
