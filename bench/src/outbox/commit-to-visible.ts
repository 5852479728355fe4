import { setTimeout as pause } from 'node:timers/promises';
import { KafkaJsClient, KafkaPublisher } from '@waybill/messaging';
import { figure, method, quantile } from '../rounds.js';
import { KafkaTopic } from './kafka-topic.js';
import { messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';

const WARM_UPS = 100;
const SAMPLES = 500;
const IDLE = 20;

/** Latency of a single message on an idle system. */
export async function commitToVisible(): Promise<void> {
  method(
    'outbox/commit-to-visible',
    `One message at a time on an idle relay with default options, ${IDLE} ms apart, ${WARM_UPS} warm-ups, then ${SAMPLES}: from the end of COMMIT until\n` +
      '  a polling kafkajs consumer receives it.',
  );
  const service = await OutboxDatabase.open();
  const topic = await KafkaTopic.create();
  const publisher = new KafkaPublisher(new KafkaJsClient(topic.kafka));
  const seen = new Map<string, () => void>();
  const consumer = await topic.consumer((id) => seen.get(id)?.());
  const relay = service.startRelay(publisher);

  const times: number[] = [];
  for (const message of messages(WARM_UPS + SAMPLES, topic.name)) {
    const { promise: visible, resolve } = Promise.withResolvers<void>();
    let at = 0;
    seen.set(message.id, () => {
      at = performance.now();
      resolve();
    });
    await service.add([message]);
    const committed = performance.now();
    await visible;
    times.push(Math.max(0, at - committed));
    await pause(IDLE);
  }
  const measured = times.slice(WARM_UPS);
  const [p50, p99] = [quantile(measured, 0.5), quantile(measured, 0.99)];
  figure('p50, ms', p50.toFixed(1), { text: 'under 10', met: p50 < 10 });
  figure('p99, ms', p99.toFixed(1), { text: 'under 50', met: p99 < 50 });
  figure('max, ms', Math.max(...measured).toFixed(1));

  await relay.stop();
  await Promise.all([consumer.disconnect(), publisher.close()]);
  await Promise.all([topic.drop(), service.database.drop()]);
}
