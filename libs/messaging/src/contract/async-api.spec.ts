import { Parser } from '@asyncapi/parser';
import { z } from 'zod';
import { asyncApiDocument } from './async-api.js';
import { defineEvent, defineQueue, defineReply, defineTask, defineTopic, upcast } from './contract.js';

const parcels = defineTopic({ name: 'parcels.events', partitions: 3 });
const places = defineTopic({ name: 'places', compacted: true });
const weigh = defineQueue({ name: 'scales.weigh' });
const answers = defineQueue({ name: 'answers' });
const schema = z.object({ parcelId: z.string() });
const subject = ({ parcelId }: { parcelId: string }) => parcelId;

const ArrivedV1 = defineEvent({ type: 'test.Arrived.v1', topic: parcels, subject, schema });
const ArrivedV2 = defineEvent({
  type: 'test.Arrived.v2',
  topic: parcels,
  subject,
  schema: schema.extend({ at: z.iso.datetime().nullable() }),
  replaces: upcast(ArrivedV1, (body) => ({ ...body, at: null })),
});
const Weighed = defineReply({ type: 'test.Weighed.v1', queue: answers, subject, schema });
const Weigh = defineTask({ type: 'test.Weigh.v1', queue: weigh, subject, schema, reply: Weighed });
const Opened = defineEvent({ type: 'test.Opened.v1', topic: places, subject, schema });

const document = asyncApiDocument({
  title: 'Parcels',
  version: '1.0.0',
  topology: { topics: [parcels, places], queues: [weigh, answers] },
  contracts: [ArrivedV2, Weigh, Weighed, Opened],
});

async function parsed(input: object) {
  const { document: model, diagnostics } = await new Parser().parse(JSON.stringify(input));
  return { model, errors: diagnostics.filter(({ severity }) => severity === 0).map(({ message }) => message) };
}

describe('the AsyncAPI document', () => {
  let model: Awaited<ReturnType<typeof parsed>>['model'];
  let errors: string[];
  beforeAll(async () => {
    ({ model, errors } = await parsed(document));
  });

  it('is valid AsyncAPI 3', () => {
    expect(errors).toEqual([]);
    expect(model?.version()).toBe('3.0.0');
  });

  it('is rejected by the parser when it is wrong', async () => {
    const broken = structuredClone(document) as { operations: Record<string, object> };
    broken.operations.sendArrivedV2 = { action: 'shout' };
    expect((await parsed(broken)).errors).not.toEqual([]);
  });

  it('has every topic and queue as a channel with its messages, earlier versions included', () => {
    const channels = model!
      .channels()
      .all()
      .map((channel) => [
        channel.address(),
        channel
          .messages()
          .all()
          .map((it) => it.id()),
      ]);
    expect(channels).toEqual([
      ['parcels.events', ['test.Arrived.v2', 'test.Arrived.v1']],
      ['places', ['test.Opened.v1']],
      ['scales.weigh', ['test.Weigh.v1']],
      ['answers', ['test.Weighed.v1']],
    ]);
  });

  it('distinguishes Kafka topics and AMQP queues, with their settings', () => {
    const { channels } = document;
    expect(channels['parcels.events']?.bindings).toMatchObject({ kafka: { partitions: 3 } });
    expect(channels.places?.bindings).toMatchObject({
      kafka: { topicConfiguration: { 'cleanup.policy': ['compact'] } },
    });
    expect(channels['scales.weigh']?.bindings).toMatchObject({ amqp: { is: 'queue', queue: { durable: true } } });
  });

  it('sends events and receives tasks, and names the channel of each reply', () => {
    const operations = model!.operations().all();
    expect(operations.map((operation) => [operation.id(), operation.action()])).toEqual([
      ['sendArrivedV2', 'send'],
      ['receiveWeigh', 'receive'],
      ['sendOpened', 'send'],
    ]);
    const reply = operations[1]!.reply()!;
    expect([
      reply.channel()?.address(),
      reply
        .messages()
        .all()
        .map((message) => message.name()),
    ]).toEqual(['answers', ['test.Weighed.v1']]);
  });

  it('describes the body by the schema that validates it, open to new properties', () => {
    expect(document.components.messages['test.Arrived.v2']?.payload).toEqual({
      type: 'object',
      properties: { parcelId: { type: 'string' }, at: expect.objectContaining({ anyOf: expect.any(Array) }) },
      required: ['parcelId', 'at'],
    });
  });

  it('names the headers as on the wire', () => {
    const headers = (type: string) => Object.keys(document.components.messages[type]!.headers.properties);
    expect(headers('test.Opened.v1')).toContain('ce_type');
    expect(headers('test.Weigh.v1')).toContain('cloudEvents:type');
  });
});
