import { backingServices, RabbitQueues } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { type DeadLetter, operate, queueNames } from '../shop.js';

/** Orders that failed by the shop's own rules wait there for a person: nothing went wrong with a message. */
const FAILED_ORDERS = 'orders-dlq';

/** How many messages were given up, by queue or topic, those that the console has gathered included; without those that have none. */
export async function deadLetters(): Promise<Record<string, number>> {
  const found = { ...(await inQueues()), ...(await inTopics()), ...(await gathered()) };
  return Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0));
}

async function inQueues(): Promise<Record<string, number>> {
  const names = (await queueNames()).filter(isOfDeadLetters);
  const queues = await RabbitQueues.connect(backingServices().rabbitmq);
  try {
    const counts = names.map(async (queue) => [queue, await queues.count(queue)] as const);
    return Object.fromEntries(await Promise.all(counts));
  } finally {
    await queues.close();
  }
}

async function inTopics(): Promise<Record<string, number>> {
  const kafka = new Kafka({ brokers: [backingServices().kafka], clientId: 'dead-letters', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const counts = (await admin.listTopics()).filter(isOfDeadLetters).map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return [topic, partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  } finally {
    await admin.disconnect();
  }
}

/** The latest thousand. */
async function gathered(): Promise<Record<string, number>> {
  const { items } = await operate<{ items: DeadLetter[] }>('?limit=1000');
  const ofMessages = items.filter((letter) => letter.source !== 'orders.process' || letter.class !== 'business');
  const bySource = Map.groupBy(ofMessages, ({ source }) => source);
  return Object.fromEntries([...bySource].map(([source, letters]) => [source, letters.length]));
}

const isOfDeadLetters = (name: string) => name.endsWith('-dlq') && name !== FAILED_ORDERS;
