import {
  ConsumeProcessProduce,
  declareTopics,
  defineEvent,
  defineTopic,
  KafkaJsClient,
  KafkaPublisher,
  UnconfirmedKafkaPublisher,
} from '@waybill/messaging';
import type { OutboxMessage, Publisher } from '@waybill/outbox';
import { backingServices, type FreshTopics, freshTopics, until } from '@waybill/testing';
import { type Consumer, type Kafka, Kafka as KafkaClient, logLevel } from 'kafkajs';
import { z } from 'zod';

import { figure, median, method, quantile, rounds } from '../rounds.js';

const EVENTS = 20_000;
const PROBES = 200;
const ROUNDS = 3;

const input = defineTopic({ name: 'bench.in' });
const output = defineTopic({ name: 'bench.out' });
const schema = z.object({ n: z.int() });
const subject = ({ n }: { n: number }) => String(n);
const In = defineEvent({ type: 'bench.In.v1', topic: input, subject, schema });
const Out = defineEvent({ type: 'bench.Out.v1', topic: output, subject, schema });

type Guarantee = 'at most once' | 'at least once' | 'exactly once';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** The same work from topic to topic, with each guarantee. */
export async function guarantees(): Promise<void> {
  method(
    'messaging/guarantees',
    `consume, process, produce on one consumer, 6 partitions. Rate: ${EVENTS} events that wait, from when the first result was made until a\n` +
      `  read-committed reader sees; by turns, median of the rounds. Latency: ${PROBES} events one after the other, from the publisher's call\n` +
      '  until the result is seen. At most once: offset committed before, acks=0. At least once: acks=all, offset after.\n' +
      '  Exactly once: offsets and results in transactions of up to 500.',
  );
  const waits: Record<Guarantee, number[]> = { 'at most once': [], 'at least once': [], 'exactly once': [] };
  const measured = (guarantee: Guarantee) => () => measure(guarantee, waits[guarantee]);
  await rounds(ROUNDS, {
    'at most once': measured('at most once'),
    'at least once': measured('at least once'),
    'exactly once': measured('exactly once'),
  });
  for (const [name, each] of Object.entries(waits)) {
    figure(`${name}: p50 / p99`, `${median(each).toFixed(0)} / ${quantile(each, 0.99).toFixed(0)} ms`);
  }
}

async function measure(guarantee: Guarantee, waits: number[]): Promise<number> {
  const topics = freshTopics();
  const kafka = new KafkaClient({ brokers: [backingServices().kafka], clientId: 'bench', logLevel: logLevel.NOTHING });
  await declareTopics(kafka, [input, output], { prefix: topics.prefix }, { group: 'bench', reads: [input.name] });
  const publisher = new KafkaPublisher(new KafkaJsClient(kafka), topics.prefix);
  for (let first = 0; first < EVENTS; first += 1_000) {
    await publisher.publish(Array.from({ length: 1_000 }, (_, n) => event(In.type, input.name, first + n)));
  }
  const seen = await watchResults(kafka, topics);
  const stop = await process(guarantee, kafka, topics);
  await until('all results are seen', () => seen.count >= EVENTS, { within: '5m' });
  const rate = (EVENTS * 1_000) / (seen.last - seen.first);

  for (let probe = 0; probe < PROBES; probe++) {
    const before = seen.count;
    const asked = performance.now();
    await publisher.publish([event(In.type, input.name, EVENTS + probe)]);
    await seen.next(before);
    waits.push(seen.last - asked);
  }
  await Promise.all([stop(), seen.stop(), publisher.close()]);
  await topics.drop();
  return rate;
}

async function watchResults(kafka: Kafka, { prefix }: FreshTopics) {
  const consumer = kafka.consumer({ groupId: `${prefix}results`, maxWaitTimeInMs: 100 });
  let wake = () => {};
  const seen = {
    count: 0,
    /** When the first result was made, though it may have been seen later. */
    first: Number.POSITIVE_INFINITY,
    last: 0,
    async next(after: number): Promise<void> {
      while (seen.count <= after) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop: () => consumer.disconnect(),
  };
  const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.connect();
  await consumer.subscribe({ topic: prefix + output.name, fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const now = performance.now();
      seen.first = Math.min(seen.first, Number(batch.messages[0]!.timestamp) - performance.timeOrigin);
      seen.count += batch.messages.length;
      seen.last = now;
      wake();
    },
  });
  await joined;
  return seen;
}

/** Resolves with what stops it. */
async function process(guarantee: Guarantee, kafka: Kafka, { prefix }: FreshTopics): Promise<() => Promise<void>> {
  if (guarantee === 'exactly once') {
    const processor = new ConsumeProcessProduce({
      kafka,
      prefix,
      group: 'bench',
      source: '/bench',
      input: In,
      process: ({ n }) => [Out.of({ n })],
      logger: quiet,
    });
    await processor.start();
    return () => processor.stop();
  }
  const client = new KafkaJsClient(kafka);
  const publisher =
    guarantee === 'at most once' ? new UnconfirmedKafkaPublisher(client, prefix) : new KafkaPublisher(client, prefix);
  const consumer = await forward(kafka, prefix, publisher, guarantee === 'at most once');
  return async () => {
    await consumer.disconnect();
    await publisher.close();
  };
}

async function forward(kafka: Kafka, prefix: string, publisher: Publisher, commitFirst: boolean): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId: `${prefix}bench`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topic: prefix + input.name, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch }) => {
      const { topic, partition, messages } = batch;
      const commit = () =>
        consumer.commitOffsets([{ topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) }]);
      if (commitFirst) await commit();
      for (let first = 0; first < messages.length; first += 500) {
        const some = messages.slice(first, first + 500);
        const results = some.map(({ value }) =>
          event(Out.type, output.name, schema.parse(JSON.parse(String(value))).n),
        );
        await publisher.publish(results);
      }
      if (!commitFirst) await commit();
    },
  });
  return consumer;
}

function event(type: string, destination: string, n: number): OutboxMessage {
  const id = crypto.randomUUID();
  return {
    id,
    target: 'kafka',
    destination,
    key: String(n),
    headers: { ce_id: id, ce_type: type, ce_subject: String(n), 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ n })),
  };
}
