import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { entryOf, partitionOf, placedAt, TOPICS } from './order-events.js';
import type { Told, TraceEntry } from './trace.js';

/** As `eventsOfOrder` for Kafka, by consumers of its own that end with the connection. */
export async function eventsOnNats(url: string, orderId: string, until = Date.now()): Promise<Told> {
  const { host: servers, username, password } = new URL(url);
  const user = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
  const connection = await connect({ servers, ...user, reconnect: false, timeout: 3_000 });
  try {
    const manager = await jetstreamManager(connection);
    const found = await Promise.all(
      TOPICS.map(async (topic) => {
        const { config } = await manager.streams.info(streamOf(topic));
        const partition = partitionOf(topic, orderId, Number(config.metadata?.partitions));
        return eventsIn(jetstream(connection), { topic, partition, orderId, until });
      }),
    );
    return { entries: found.flat() };
  } finally {
    await connection.close();
  }
}

async function eventsIn(
  client: JetStreamClient,
  { topic, partition, orderId, until }: { topic: string; partition: number; orderId: string; until: number },
): Promise<TraceEntry[]> {
  const consumer = await client.consumers.get(streamOf(topic), {
    filter_subjects: `topic.${tokenOf(topic)}.${partition}`,
    deliver_policy: 'by_start_time',
    opt_start_time: new Date(placedAt(orderId)).toISOString(),
  });
  const entries: TraceEntry[] = [];
  const { num_pending } = await consumer.info();
  if (num_pending === 0) return entries;
  for await (const { headers, seq, time, info } of await consumer.consume()) {
    const attribute = (name: string) => headers?.get(`ce-${name}`) || undefined;
    const place = { topic, partition, offset: String(seq), written: time.getTime() };
    if (place.written <= until && headers?.get('record-key') === orderId) entries.push(entryOf(place, attribute));
    if (place.written > until || info.pending === 0) break;
  }
  return entries;
}

const tokenOf = (topic: string): string => topic.replaceAll('.', '=');
const streamOf = (topic: string): string => `topic-${tokenOf(topic)}`;
