import { type ConnectionOptions, eventCarrier, taskCarrier } from './carriers/index.js';
import type { Topology } from './contract/index.js';
import { declareQueues } from './rabbitmq/index.js';

/**
 * Declares every topic and queue, as each process does at its start, and changes nothing that is there: a step to run
 * before any process, and again. Rejects when a broker is unavailable, or refuses these settings.
 */
export async function declareTopology(topology: Topology, options: ConnectionOptions): Promise<void> {
  const events = eventCarrier(options);
  const topics = events.topology(topology.topics);
  const tasks = taskCarrier(options).connect();
  try {
    await Promise.all([events.client().check?.(), tasks.check?.()]);
    await Promise.all([topics.declare(), declareQueues(tasks, topology.queues, topology.deadLetterQueues)]);
  } finally {
    await Promise.all([topics.close(), tasks.close()]);
  }
}
