import type { Duplex } from 'node:stream';
import amqp from 'amqplib';

/** Field values of an AMQP table as they are on the wire: a tag and bytes. */
export const long = (bytes: Buffer | string, tag = 'S'): Buffer =>
  Buffer.concat([Buffer.from(tag), uint32(Buffer.byteLength(bytes)), Buffer.from(bytes as string)]);

/** What no client encodes: a message with a table of any bytes, and properties of any bytes. */
export interface RawMessage {
  queue: string;
  headers: [name: Buffer | string, value: Buffer][];
  /** The properties message-id and type; absent by default. */
  messageId?: Buffer;
  type?: Buffer;
  body?: Buffer;
}

const uint32 = (value: number) => Buffer.from(new Uint32Array([value]).buffer).swap32();
const uint16 = (value: number) => Buffer.from(new Uint16Array([value]).buffer).swap16();
const short = (bytes: Buffer | string) =>
  Buffer.concat([Buffer.from([Buffer.byteLength(bytes)]), Buffer.from(bytes as string)]);
const frame = (type: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([type]), uint16(1), uint32(payload.length), payload, Buffer.from([0xce])]);

const [METHOD, HEADER, BODY] = [1, 2, 3];
const PUBLISH = Buffer.from([0, 60, 0, 40]);
const BASIC = Buffer.from([0, 60, 0, 0]);
const FLAGS = { headers: 1 << 13, messageId: 1 << 7, type: 1 << 5 };

/** Sends it frame by frame; rejects when RabbitMQ does not take it. */
export async function sendRaw(url: string, { queue, headers, messageId, type, body }: RawMessage): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel(); // the first channel of a connection has the number 1
  const failed = new Promise<never>((_, reject) => {
    channel.on('error', reject);
    connection.on('error', reject);
  });
  failed.catch(() => {}); // raced below
  const table = Buffer.concat(headers.flatMap(([name, value]) => [short(name), value]));
  const flags = FLAGS.headers | (messageId ? FLAGS.messageId : 0) | (type ? FLAGS.type : 0);
  const { stream } = connection.connection as unknown as { stream: Duplex };
  const properties = [
    uint16(flags),
    uint32(table.length),
    table,
    ...[messageId, type].flatMap((text) => (text ? [short(text)] : [])),
  ];
  const content = body ?? Buffer.from('{}');
  const size = Buffer.concat([uint32(0), uint32(content.length)]);
  stream.write(frame(METHOD, Buffer.concat([PUBLISH, uint16(0), short(''), short(queue), Buffer.from([0])])));
  stream.write(frame(HEADER, Buffer.concat([BASIC, size, ...properties])));
  stream.write(frame(BODY, content));
  // Its reply comes after RabbitMQ has read the message before it.
  await Promise.race([channel.checkQueue(queue), failed]);
  await connection.close();
}
