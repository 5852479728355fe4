import { createHash } from 'node:crypto';
import { KAFKA_PREFIX } from '../contract/index.js';
import { bytesOf } from '../envelope/index.js';
import {
  type Acks,
  BrokerRejection,
  murmur2,
  type OutgoingRecord,
  type RecordProducer,
} from '../kafka-clients/index.js';
import { MESSAGE_TOO_LARGE, STREAM_NOT_FOUND, WRONG_STREAM } from './error-codes.js';
import { tokenOf } from './escape.js';
import { lineOf, writeHeaders } from './nats-headers.js';
import { connectNats, loadNats, REQUEST_TIMEOUT } from './nats-library.js';
import type { NatsSettings } from './nats-settings.js';
import { layoutOf, partitionSubjectOf, type TopicLayout, topicStreamOf } from './nats-topics.js';
import type { JetStreamClient, MsgHdrs, NatsConnection } from './nats-types.js';

/** Of a record's key. */
export const KEY_HEADER = 'record-key';
/** Characters of a key in a subject: longer ones are there as their hash. */
const LONGEST_KEY = 200;

interface Opened {
  connection: NatsConnection;
  client: JetStreamClient;
  layouts: Map<string, Promise<TopicLayout>>;
}

interface Encoded {
  subject: string;
  stream: string;
  headers: MsgHdrs;
  body: Buffer;
}

/** Sends records to streams, in the order of the calls: a broken connection has stored a prefix of them. */
export class NatsProducer implements RecordProducer {
  private opened: Promise<Opened> | undefined;
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(
    private readonly settings: NatsSettings,
    private readonly acks: Acks,
  ) {}

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const opened = await this.open();
    const { headers } = await loadNats();
    const encoded: Encoded[] = [];
    for (const record of records) encoded.push(encode(record, await layoutIn(opened, record.topic), headers()));
    const largest = opened.connection.info!.max_payload;
    for (const { headers, body } of encoded) {
      const size = body.length + Buffer.byteLength(String(headers));
      if (size > largest)
        throw new BrokerRejection(
          'MESSAGE_TOO_LARGE',
          `${size} bytes are more than the server's max_payload of ${largest}`,
          undefined,
        );
    }
    if (this.acks === 'none')
      for (const { subject, headers, body } of encoded) opened.connection.publish(subject, body, { headers });
    else await this.track(Promise.allSettled(encoded.map((one) => store(opened, one))).then(throwFailureIn));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.inFlight);
    const { connection } = (await this.opened) ?? {};
    if (this.acks === 'none') await connection?.flush();
    await connection?.close();
  }

  private async track(sending: Promise<void>): Promise<void> {
    this.inFlight.add(sending);
    await sending.finally(() => this.inFlight.delete(sending));
  }

  /** Connects again when the connection has ended. */
  private async open(): Promise<Opened> {
    const opened = await this.opened;
    if (opened && !opened.connection.isClosed()) return opened;
    this.opened = this.connect();
    this.opened.catch(() => {
      this.opened = undefined;
    });
    return this.opened;
  }

  private async connect(): Promise<Opened> {
    const { jetstream } = await loadNats();
    const connection = await connectNats(this.settings);
    return { connection, client: jetstream(connection, { timeout: REQUEST_TIMEOUT }), layouts: new Map() };
  }
}

/** Of each topic, asked for once a connection. */
async function layoutIn({ client, layouts }: Opened, topic: string): Promise<TopicLayout> {
  let layout = layouts.get(topic);
  if (!layout) {
    layout = client.jetstreamManager(false).then((manager) => layoutOf(manager, topic));
    layouts.set(topic, layout);
    layout.catch(() => layouts.delete(topic));
  }
  try {
    return await layout;
  } catch (error) {
    throw rejectionIn(error as Error, topic) ?? error;
  }
}

/** A record's identity is its source and id: sent again within the stream's window, it is stored once. */
function encode({ topic, key, headers, value }: OutgoingRecord, layout: TopicLayout, target: MsgHdrs): Encoded {
  const bytes = key === null ? value : bytesOf(key);
  const subject = partitionSubjectOf(topic, murmur2(bytes) % layout.partitions);
  if (layout.compacted && key === null)
    throw new BrokerRejection('INVALID_RECORD', `${topic} is compacted: its messages need a key`, undefined);
  writeHeaders(target, headers, KAFKA_PREFIX);
  if (key !== null) target.set(KEY_HEADER, lineOf(key));
  const id = headers[`${KAFKA_PREFIX}id`];
  if (id) target.set('Nats-Msg-Id', hashOf(JSON.stringify([headers[`${KAFKA_PREFIX}source`], id])));
  const stream = topicStreamOf(topic);
  target.set('Nats-Expected-Stream', stream);
  return {
    subject: layout.compacted ? `${subject}.${subjectKeyOf(key!)}` : subject,
    stream,
    headers: target,
    body: value,
  };
}

function subjectKeyOf(key: string): string {
  const token = tokenOf(key);
  return token && token.length <= LONGEST_KEY ? token : `%${hashOf(key)}`;
}

async function store({ client }: Opened, { subject, headers, body }: Encoded): Promise<void> {
  await client.publish(subject, body, { headers });
}

function throwFailureIn(results: PromiseSettledResult<void>[]): void {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (reasons.length > 0) throw reasons.map((reason) => rejectionIn(reason)).find(Boolean) ?? reasons[0];
}

/** The server's verdict on a record; undefined for anything about the connection. A missing stream is told by nobody answering. */
function rejectionIn(error: Error & { code?: number }, topic = ''): BrokerRejection | undefined {
  const isMissing =
    error.name === 'JetStreamNotEnabled' || error.code === STREAM_NOT_FOUND || error.code === WRONG_STREAM;
  if (isMissing)
    return new BrokerRejection('UNKNOWN_TOPIC_OR_PARTITION', `there is no stream for the topic ${topic}`.trim(), error);
  return error.code === MESSAGE_TOO_LARGE ? new BrokerRejection('MESSAGE_TOO_LARGE', error.message, error) : undefined;
}

const hashOf = (text: string): string => createHash('sha256').update(bytesOf(text)).digest('base64url');
