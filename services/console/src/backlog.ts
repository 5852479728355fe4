import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { BacklogMonitor, type EventCarrier, measuredConsumers, type TaskCarrier } from '@waybill/messaging';
import type { Logger } from '@waybill/platform';
import { MeasuredDepths } from './messaging/measured-depths.js';
import { GROUP, SOURCES } from './sources.js';

const measured = measuredConsumers(topology);
const namesOf = (kind: 'queue' | 'topic') => SOURCES.filter((source) => source.kind === kind).map(({ name }) => name);
const deadLetterQueues = namesOf('queue').map((name) => ({ name, consumer: GROUP, retryQueues: [] }));
const queues = [...measured.queues, ...deadLetterQueues];

/** Of all queues that the monitor measures. */
export const measuredDepths = (tasks: TaskCarrier): MeasuredDepths =>
  new MeasuredDepths(tasks.depths(queues.map(({ name }) => name)));

export interface BacklogMonitorParts {
  events: EventCarrier;
  tasks: TaskCarrier;
  depths: MeasuredDepths;
  prefix: string;
  logger: Logger;
}

/** Of every service, and of the console itself: what it has not collected of dead letter queues and topics. */
export function backlogMonitor({ events, tasks, depths, prefix, logger }: BacklogMonitorParts) {
  return new BacklogMonitor({
    events: events.unread(),
    groups: [...measured.groups, { group: GROUP, topics: namesOf('topic') }],
    prefix,
    tasks: depths,
    queues,
    brokers: { events: events.broker, tasks: tasks.broker },
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
