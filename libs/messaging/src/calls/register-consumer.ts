import { z } from 'zod';
import { type BodyOf, DEFAULT_NAMESPACE, defineQueue, defineTask, sourceOf } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { declareQueues, type RabbitClient, RabbitPublisher } from '../rabbitmq/index.js';

/** Where a console learns of consumers. */
export const REGISTER_CONSUMER_QUEUE = defineQueue({ name: 'console.register-consumer', maxLength: 10_000 });

/** Names that Kafka accepts, with room for what is appended to them; RabbitMQ accepts these too. */
const name = z.string().regex(/^[\w.-]{1,100}$/);

/** Tells a console whose dead letters it is to collect: a service's queues, and the topics that it reads as a group of its name. */
export const registerConsumerOf = (namespace = DEFAULT_NAMESPACE) =>
  defineTask({
    type: `${namespace}.RegisterConsumer.v1`,
    queue: REGISTER_CONSUMER_QUEUE,
    subject: ({ consumer }) => consumer,
    schema: z.object({ consumer: name, queues: z.array(name).max(1_000), topics: z.array(name).max(1_000) }),
  });

export type RegisterConsumer = BodyOf<ReturnType<typeof registerConsumerOf>>;

/**
 * Resolves once the broker has the registration; the queue keeps it for a console that is down. Rejects when the broker is
 * unavailable, or the queue is full because no console ever came. The same registration again changes nothing.
 */
export async function registerConsumer(
  client: RabbitClient,
  registration: RegisterConsumer,
  namespace?: string,
): Promise<void> {
  await declareQueues(client, [REGISTER_CONSUMER_QUEUE]);
  const publisher = new RabbitPublisher(client, { namespace });
  try {
    const message = registerConsumerOf(namespace).of(registration);
    await publisher.publishOne(encode(message, sourceOf(registration.consumer, namespace)));
  } finally {
    await publisher.close();
  }
}
