import { consume } from './messaging/consume.js';
import { guarantees } from './messaging/guarantees.js';
import { requests } from './messaging/requests.js';
import { tasks } from './messaging/tasks.js';

/** What messaging costs and gains, against the bare clients. Needs PostgreSQL, RabbitMQ and Kafka. */
export async function messaging(): Promise<void> {
  for (const measure of [consume, tasks, requests, guarantees]) await measure();
}
