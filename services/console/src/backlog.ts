import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import {
  BacklogMonitor,
  managementApiOf,
  measuredConsumers,
  RabbitQueueDepths,
  UnreadRecords,
} from '@waybill/messaging';
import type { Logger } from '@waybill/platform';
import type { Config } from './config.js';
import { GROUP, SOURCES } from './sources.js';

/** Of every service, and of the console itself: what it has not collected of dead letter queues and topics. */
export function backlogMonitor(config: Config, logger: Logger): BacklogMonitor {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix, RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL } = config;
  const management = managementApiOf(RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL);
  const { groups, queues } = measuredConsumers(topology);
  const namesOf = (kind: 'queue' | 'topic') => SOURCES.filter((source) => source.kind === kind).map(({ name }) => name);
  return new BacklogMonitor({
    events: new UnreadRecords({ brokers, clientId: 'console-backlog', logger }),
    groups: [...groups, { group: GROUP, topics: namesOf('topic') }],
    prefix,
    tasks: new RabbitQueueDepths(management),
    queues: [...queues, ...namesOf('queue').map((name) => ({ name, consumer: GROUP, retryQueues: [] }))],
    logger,
  });
}

/** Measures while the application runs. */
export class BacklogService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly monitor: BacklogMonitor) {}

  onApplicationBootstrap(): void {
    this.monitor.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.monitor.stop();
  }
}
