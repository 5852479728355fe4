import { backingServices, RabbitQueues } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { systemUnderTest } from '../system-under-test.js';
import { type DeadLetter, operate, queueNames } from './running-system.js';

const { source: reviewed, deadLetterQueue: reviewQueue } = systemUnderTest.businessReview;

/** Dead-lettered messages by queue or topic, wherever they are by now: in the broker or in the console. */
export async function deadLetterCounts(): Promise<Record<string, number>> {
  const found = { ...(await inQueues()), ...(await inTopics()), ...(await inConsole()) };
  return Object.fromEntries(Object.entries(found).filter(([, count]) => count > 0));
}

async function inQueues(): Promise<Record<string, number>> {
  const names = (await queueNames()).filter(holdsFailures);
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
    const counts = (await admin.listTopics()).filter(holdsFailures).map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return [topic, partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  } finally {
    await admin.disconnect();
  }
}

/** The latest thousand. */
async function inConsole(): Promise<Record<string, number>> {
  const { items } = await operate<{ items: DeadLetter[] }>('?limit=1000');
  const failures = items.filter((letter) => letter.source !== reviewed || letter.class !== 'business');
  const bySource = Map.groupBy(failures, ({ source }) => source);
  return Object.fromEntries([...bySource].map(([source, letters]) => [source, letters.length]));
}

const holdsFailures = (name: string) => name.endsWith('-dlq') && name !== reviewQueue;
