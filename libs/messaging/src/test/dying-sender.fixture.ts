import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { DeliveryGuarantee } from '../calls/index.js';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import { createKafka } from '../kafka-clients/index.js';
import { openSender } from './sender.fixture.js';
import { quiet } from './workbench.fixture.js';

export const queue = defineQueue({ name: 'tasks' });
export const topic = defineTopic({ name: 'facts', partitions: 1 });
const schema = z.object({ what: z.string() });
const subject = ({ what }: { what: string }) => what;
export const TestTask = defineTask({ type: 'test.TestTask.v1', queue, subject, schema });
export const TestEvent = defineEvent({ type: 'test.TestEvent.v1', topic, subject, schema });

export interface SendingSettings {
  broker: 'kafka' | 'rabbitmq';
  guarantee: DeliveryGuarantee;
  /** What to send, each once. */
  whats: string[];
  /** File with one sent message per line, for the process after a crash. */
  journal: string;
  /** Hangs between sending this one and noting it, to be killed there. Default: never. */
  stopAt?: string;
  rabbitmqUrl: string;
  kafkaBroker: string;
  kafkaTopicPrefix: string;
}

/**
 * Sends what is not in the journal yet. At most once notes before sending, at least once after it: the order that each
 * guarantee requires.
 */
async function sendAll(order: SendingSettings): Promise<void> {
  const { guarantee, journal } = order;
  const kafka = createKafka({ brokers: [order.kafkaBroker], clientId: 'dying', logger: quiet });
  const { sender, close } = openSender({ ...order, kafka });
  const noted = new Set(readFileSync(journal, 'utf8').split('\n'));
  const note = (what: string) => appendFileSync(journal, `${what}\n`, { flush: true });
  const send = (what: string) =>
    order.broker === 'kafka'
      ? sender.publish(TestEvent, { what }, { guarantee })
      : sender.send(TestTask, { what }, { guarantee });
  const stopAt = async (what: string) => {
    if (what !== order.stopAt) return;
    process.stdout.write('paused\n');
    await new Promise(() => setInterval(() => {}));
  };
  for (const what of order.whats.filter((one) => !noted.has(one))) {
    const steps = guarantee === 'at-most-once' ? [note, stopAt, send] : [send, stopAt, note];
    for (const step of steps) await step(what);
  }
  await close();
}

if (import.meta.main) await sendAll(JSON.parse(process.argv[2]!));
