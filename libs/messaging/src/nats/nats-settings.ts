import type { Logger } from '@waybill/outbox';

export interface NatsSettings {
  /** `nats://user:password@host:port`; several with commas. */
  url: string;
  /** Name of this client in the server's lists. */
  name: string;
  logger: Logger;
}
