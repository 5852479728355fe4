import { backingServices, type QueueMessage, RabbitQueues, uniqueName, until } from '@waybill/testing';
import { type CloudEvent, Kafka as KafkaBinding } from 'cloudevents';
import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import { defineEvent, defineQueue, defineReply, defineTask, defineTopic } from '../contract/index.js';
import { declareTopics, KafkaPublisher } from '../kafka/index.js';
import { createKafka, KafkaJsClient } from '../kafka-clients/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { encode } from './cloud-event.js';

const topic = defineTopic({ name: uniqueName('events'), partitions: 1 });
const queue = defineQueue({ name: uniqueName('tasks') });
const schema = z.object({ parcelId: z.string(), to: z.string() });
const subject = ({ parcelId }: { parcelId: string }) => parcelId;
const Arrived = defineEvent({ type: 'test.Arrived.v1', topic, subject, schema });
const Moved = defineReply({ type: 'test.Moved.v1', queue, subject, schema });
const Move = defineTask({ type: 'test.Move.v1', queue, subject, schema, reply: Moved });

/** With a character outside ASCII, to test the encoding. */
const body = { parcelId: 'p1', to: 'Malmö' };
const SOURCE = '/waybill/inventory';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('an event on Kafka', () => {
  const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
  const publisher = new KafkaPublisher(new KafkaJsClient(kafka));
  const consumer = kafka.consumer({ groupId: uniqueName('group') });
  const sent = encode(Arrived.of(body), SOURCE);
  let received: KafkaMessage;

  beforeAll(async () => {
    await declareTopics(kafka, [topic], {});
    await publisher.publish([sent]);
    await consumer.connect();
    await consumer.subscribe({ topic: topic.name, fromBeginning: true });
    const messages: KafkaMessage[] = [];
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    received = await until('it is received', () => messages[0]);
  });
  afterAll(async () => {
    await consumer.disconnect();
    await publisher.close();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic.name] });
    await admin.disconnect();
  });

  it("is read by CloudEvents' own SDK with the attributes and the body that were sent", () => {
    const headers = Object.fromEntries(Object.entries(received.headers!).map(([name, value]) => [name, String(value)]));
    const message = { headers, key: String(received.key), value: String(received.value), body: String(received.value) };
    const event = KafkaBinding.toEvent<unknown>(message) as CloudEvent<unknown>;

    expect(event.validate()).toBe(true);
    expect({ ...event }).toMatchObject({
      specversion: '1.0',
      id: sent.id,
      type: 'test.Arrived.v1',
      source: SOURCE,
      subject: 'p1',
      time: sent.headers.ce_time,
      dataschema: 'urn:test:Arrived:v1',
      datacontenttype: 'application/json',
      partitionkey: 'p1',
    });
    expect(typeof event.data === 'string' ? JSON.parse(event.data) : event.data).toEqual(body);
  });

  it('has an id that sorts by time, and the time it was sent', () => {
    expect(String(received.headers!.ce_id)).toMatch(UUID_V7);
    expect(String(received.headers!.ce_time)).toMatch(TIME);
  });
});

describe('a task on RabbitMQ', () => {
  const sent = encode(Move.of(body, { correlationId: 'c1', replyTo: 'answers' }), SOURCE);
  let connection: AmqplibClient;
  let queues: RabbitQueues;
  let publisher: RabbitPublisher;
  let received: QueueMessage;

  beforeAll(async () => {
    connection = new AmqplibClient({ url: backingServices().rabbitmq, name: 'test', logger: quiet });
    queues = await RabbitQueues.connect(backingServices().rabbitmq);
    publisher = new RabbitPublisher(connection);
    await declareQueues(connection, [], [queue.name]);
    await publisher.publish([sent]);
    received = await until('it is received', () => queues.take(queue.name));
  });
  afterAll(async () => {
    await queues.delete(queue.name);
    await publisher.close();
    await queues.close();
    await connection.close();
  });

  /** AMQP 0-9-1 has no official binding: names as in the AMQP 1.0 one, and what AMQP has a property for is there too. */
  const mapping: [
    attribute: string,
    header: string,
    property: keyof QueueMessage['properties'] | '-',
    value: unknown,
  ][] = [
    ['specversion', 'cloudEvents:specversion', '-', '1.0'],
    ['id', 'cloudEvents:id', 'messageId', expect.stringMatching(UUID_V7)],
    ['type', 'cloudEvents:type', 'type', 'test.Move.v1'],
    ['source', 'cloudEvents:source', '-', SOURCE],
    ['subject', 'cloudEvents:subject', '-', 'p1'],
    ['time', 'cloudEvents:time', '-', expect.stringMatching(TIME)],
    ['dataschema', 'cloudEvents:dataschema', '-', 'urn:test:Move:v1'],
    ['datacontenttype', '-', 'contentType', 'application/json'],
    ["the body's encoding", '-', 'contentEncoding', 'utf-8'],
    ['what the reply repeats', '-', 'correlationId', 'c1'],
    ['where the reply goes', '-', 'replyTo', 'answers'],
    ['survives the broker', '-', 'deliveryMode', 2],
  ];

  it.each(mapping)('has %s as header %s and property %s', (_, header, property, value) => {
    if (header !== '-') expect(received.properties.headers?.[header]).toEqual(value);
    if (property !== '-') expect(received.properties[property]).toEqual(value);
  });

  it("has no headers but these and the broker's own, so that nothing is duplicated", () => {
    const headers = mapping.map(([, header]) => header).filter((header) => header !== '-');
    const names = Object.keys(received.properties.headers ?? {}).filter((name) => name !== 'x-delivery-count');
    expect(names.sort()).toEqual(headers.sort());
  });

  it("has the same time as AMQP's property, in seconds", () => {
    const seconds = new Date(String(received.properties.headers?.['cloudEvents:time'])).getTime() / 1_000;
    expect(Math.abs(received.properties.timestamp! - seconds)).toBeLessThan(60);
  });

  it('has the bytes that were sent as its body', () => {
    expect(JSON.parse(Buffer.from(received.body).toString('utf8'))).toEqual(body);
  });
});
