import { NatsQueueClient, NatsQueueDepths } from '../nats/index.js';
import {
  AmqplibClient,
  managementApiOf,
  type QueueDepths,
  type RabbitClient,
  RabbitQueueDepths,
} from '../rabbitmq/index.js';
import { SqsClient, SqsQueueDepths } from '../sqs/index.js';
import type { CarrierOptions, ConnectionOptions } from './carrier-options.js';

/** What carries the tasks. */
export interface TaskCarrier {
  readonly broker: 'rabbitmq' | 'nats' | 'sqs';
  /** `purpose` is shown in the broker's list of connections. */
  connect(purpose?: string): RabbitClient;
  /** How full these queues are. */
  depths(queues: readonly string[]): QueueDepths;
}

export const carriesTasks = ({ rabbitmqUrl, sqs, natsUrl }: CarrierOptions): boolean =>
  Boolean(rabbitmqUrl || sqs || natsUrl);

/** SQS if the options name it; else RabbitMQ if they do; else NATS. */
export function taskCarrier(options: ConnectionOptions): TaskCarrier {
  const { rabbitmqUrl, rabbitmqManagementUrl, sqs, natsUrl, name: client, logger } = options;
  const named = (purpose?: string) => (purpose ? `${client} ${purpose}` : client);
  if (sqs) {
    const settings = (purpose?: string) => ({ ...sqs, name: named(purpose), logger });
    return {
      broker: 'sqs',
      connect: (purpose) => new SqsClient(settings(purpose)),
      depths: (queues) => new SqsQueueDepths(settings('depths'), queues),
    };
  }
  if (natsUrl && !rabbitmqUrl) {
    const settings = (purpose?: string) => ({ url: natsUrl, name: named(purpose), logger });
    return {
      broker: 'nats',
      connect: (purpose) => new NatsQueueClient(settings(purpose)),
      depths: () => new NatsQueueDepths(settings('depths')),
    };
  }
  const url = rabbitmqUrl ?? '';
  return {
    broker: 'rabbitmq',
    connect: (purpose) => new AmqplibClient({ url, name: named(purpose), logger }),
    depths: () => new RabbitQueueDepths(managementApiOf(url, rabbitmqManagementUrl)),
  };
}
