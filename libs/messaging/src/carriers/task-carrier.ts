import { NatsQueueClient } from '../nats/index.js';
import { AmqplibClient, type RabbitClient } from '../rabbitmq/index.js';
import { SqsClient } from '../sqs/index.js';
import type { CarrierOptions, ConnectionOptions } from './carrier-options.js';

/** What carries the tasks. */
export interface TaskCarrier {
  readonly broker: 'rabbitmq' | 'nats' | 'sqs';
  /** `purpose` is shown in the broker's list of connections. */
  connect(purpose?: string): RabbitClient;
}

export const carriesTasks = ({ rabbitmqUrl, sqs, natsUrl }: CarrierOptions): boolean =>
  rabbitmqUrl !== undefined || sqs !== undefined || natsUrl !== undefined;

/** SQS, or NATS where the options name neither SQS nor RabbitMQ, or RabbitMQ. */
export function taskCarrier(options: ConnectionOptions): TaskCarrier {
  const { rabbitmqUrl, sqs, natsUrl, name: client, logger } = options;
  const named = (purpose?: string) => (purpose ? `${client} ${purpose}` : client);
  if (sqs) return { broker: 'sqs', connect: (purpose) => new SqsClient({ ...sqs, name: named(purpose), logger }) };
  if (natsUrl && !rabbitmqUrl)
    return { broker: 'nats', connect: (purpose) => new NatsQueueClient({ url: natsUrl, name: named(purpose), logger }) };
  return {
    broker: 'rabbitmq',
    connect: (purpose) => new AmqplibClient({ url: rabbitmqUrl ?? '', name: named(purpose), logger }),
  };
}
