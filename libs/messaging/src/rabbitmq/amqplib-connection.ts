import type { Channel, ChannelOptions } from './amqplib-types.js';
import type { RabbitSettings } from './rabbit-client.js';

/** What producers and readers need of their client. */
export interface AmqplibConnection {
  readonly settings: Required<RabbitSettings>;
  /** Why the broker reads nothing from publishers, while it does not. */
  readonly blockedBecause: string | undefined;
  /** Why there is no connection; its code tells whether the broker is unavailable. */
  readonly lastFailure: Error | undefined;
  /** On the current connection, or on the next one if it comes in time. */
  openChannel(options?: ChannelOptions & { confirm?: boolean }): Promise<Channel>;
  /** Resolves even if the channel is closed already, or its connection ends meanwhile. */
  closeChannel(channel: Channel): Promise<void>;
  /** Waits no longer than `closeTimeout`; a broker that does not reply loses its connection afterwards. */
  untilClosed(closing: Promise<unknown>): Promise<void>;
}
