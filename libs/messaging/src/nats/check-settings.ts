import { connectNats, loadNats, REQUEST_TIMEOUT } from './nats-library.js';
import { type NatsSettings, serversOf } from './nats-settings.js';

/** What to do about an error that does not end by itself, by the error's name. */
const ADVICE: Record<string, string> = {
  AuthorizationError: 'give a valid user and password, or token, in the URL: nats://user:password@host:port',
  UserAuthenticationExpiredError: 'give a user whose credentials have not expired',
  PermissionViolationError: "give its user the permission to use JetStream ('$JS.API.>')",
  JetStreamNotEnabled:
    'enable JetStream on the server (`nats-server -js`, or `jetstream {}` in its configuration) and for the account',
};

/**
 * Rejects with what to do when NATS cannot be used with these settings, however long one waits. A server that is unavailable is no
 * error, and neither is a host without an address: it may not have been started.
 */
export async function checkSettings(settings: NatsSettings): Promise<void> {
  serversOf(settings.url);
  try {
    await useJetStream(settings);
  } catch (cause) {
    settings.logger.debug({ err: cause, connection: settings.name }, 'could not use NATS');
    const [advice] = [cause, (cause as Error).cause].flatMap(
      (error) => ADVICE[(error as Error | undefined)?.name ?? ''] ?? [],
    );
    if (advice) throw new Error(`NATS refuses these settings (${(cause as Error).message}): ${advice}`, { cause });
  }
}

async function useJetStream(settings: NatsSettings): Promise<void> {
  const { jetstreamManager } = await loadNats();
  const connection = await connectNats(settings);
  try {
    await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT });
  } finally {
    await connection.close();
  }
}
