import { type ConnectionOptions, eventCarrier, taskCarrier } from './carriers/index.js';
import type { Topology } from './contract/index.js';
import { declareQueues } from './rabbitmq/index.js';

/**
 * Declares every topic and queue, as each process does at its start, and changes nothing that is there: a step to run
 * before any process, and again. Rejects when a broker is unavailable.
 */
export async function declareTopology(topology: Topology, options: ConnectionOptions): Promise<void> {
  await Promise.all([declareEvents(topology, options), declareTasks(topology, options)]);
}

async function declareEvents({ topics }: Topology, options: ConnectionOptions): Promise<void> {
  const declared = eventCarrier(options).topology(topics);
  try {
    await declared.declare();
  } finally {
    await declared.close();
  }
}

async function declareTasks({ queues, deadLetterQueues }: Topology, options: ConnectionOptions): Promise<void> {
  const client = taskCarrier(options).connect();
  try {
    await client.check?.();
    await declareQueues(client, queues, deadLetterQueues);
  } finally {
    await client.close();
  }
}
