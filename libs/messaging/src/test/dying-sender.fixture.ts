import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { DeliveryGuarantee } from '../calls/index.js';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import { createKafka } from '../kafka/index.js';
import { openSender } from './sender.fixture.js';
import { quiet } from './workbench.fixture.js';

export const queue = defineQueue({ name: 'tasks' });
export const topic = defineTopic({ name: 'facts', partitions: 1 });
const schema = z.object({ what: z.string() });
const subject = ({ what }: { what: string }) => what;
export const DoIt = defineTask({ type: 'test.DoIt.v1', queue, subject, schema });
export const ItHappened = defineEvent({ type: 'test.ItHappened.v1', topic, subject, schema });

export interface SendingOrder {
  broker: 'kafka' | 'rabbitmq';
  guarantee: DeliveryGuarantee;
  /** What is to be sent, each once. */
  whats: string[];
  /** What was sent, one a line: what a process that comes after a crash knows. */
  journal: string;
  /** Where the process stops for ever, to be killed there: between the sending of this one and its note. Default nowhere. */
  stopAt?: string;
  rabbitmqUrl: string;
  kafkaBroker: string;
  kafkaTopicPrefix: string;
}

/**
 * A process that sends what is not in its journal yet. At most once is noted before it is sent, at least once after it: the
 * order that each guarantee asks of its sender.
 */
async function sendAll(order: SendingOrder): Promise<void> {
  const { guarantee, journal } = order;
  const kafka = createKafka({ brokers: [order.kafkaBroker], clientId: 'dying', logger: quiet });
  const { sender, close } = openSender({ ...order, kafka });
  const noted = new Set(readFileSync(journal, 'utf8').split('\n'));
  const note = (what: string) => appendFileSync(journal, `${what}\n`, { flush: true });
  const send = (what: string) =>
    order.broker === 'kafka'
      ? sender.publish(ItHappened, { what }, { guarantee })
      : sender.send(DoIt, { what }, { guarantee });
  const stopAt = async (what: string) => {
    if (what !== order.stopAt) return;
    process.stdout.write('there\n');
    await new Promise(() => setInterval(() => {}, 1_000));
  };
  for (const what of order.whats.filter((one) => !noted.has(one))) {
    const steps = guarantee === 'at-most-once' ? [note, stopAt, send] : [send, stopAt, note];
    for (const step of steps) await step(what);
  }
  await close();
}

if (import.meta.main) await sendAll(JSON.parse(process.argv[2]!));
