import type { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import { encode } from '../envelope/index.js';
import { decode } from '../handling/index.js';
import { toMessage } from '../kafka/index.js';
import { HandlerRegistry } from '../nest/handler-registry.js';
import { Handles } from '../nest/index.js';
import { MalformedMessage } from '../outcomes/index.js';
import { registered } from '../test/workbench.fixture.js';
import { type Contract, defineEvent, defineTopic, type OutgoingMessage, upcast } from './contract.js';

const topic = defineTopic({ name: 'parcels.events' });
const subject = ({ parcelId }: { parcelId: string }) => parcelId;
const parcelId = z.string();

const WeighedV1 = defineEvent({
  type: 'test.Weighed.v1',
  topic,
  subject,
  schema: z.object({ parcelId, pounds: z.number() }),
});

const WeighedV2 = defineEvent({
  type: 'test.Weighed.v2',
  topic,
  subject,
  schema: z.object({ parcelId, grams: z.int() }),
  replaces: upcast(WeighedV1, ({ pounds, ...body }) => ({ ...body, grams: Math.round(pounds * 453.592) })),
});

const WeighedV3 = defineEvent({
  type: 'test.Weighed.v3',
  topic,
  subject,
  schema: z.object({ parcelId, weight: z.object({ grams: z.int().positive(), scale: z.string().default('unknown') }) }),
  replaces: upcast(WeighedV2, ({ grams, ...body }) => ({ ...body, weight: { grams } })),
});

/** The body that a handler of `contract` gets of an encoded message. */
async function received(contract: Contract, sent: OutgoingMessage): Promise<unknown> {
  const { headers, key, body } = encode(sent, '/test');
  const event = { headers: headers as Record<string, string>, key, bytes: Buffer.from(body), attempt: 1 };
  const message = toMessage(event, { topic: topic.name, partition: 0, offset: '0' });
  const registration = registered(contract, async () => {}).get(message.type)!;
  const delivery = { message, registration, signal: new AbortController().signal, body: undefined as unknown };
  await decode(delivery, async () => {});
  return delivery.body;
}

describe('the handler of a later version', () => {
  it('reads its own', async () => {
    const weight = { grams: 5, scale: 'A' };
    expect(await received(WeighedV3, WeighedV3.of({ parcelId: 'p', weight }))).toEqual({ parcelId: 'p', weight });
  });

  it('reads the version before it, which a sender may still use', async () => {
    expect(await received(WeighedV2, WeighedV1.of({ parcelId: 'p', pounds: 2 }))).toEqual({
      parcelId: 'p',
      grams: 907,
    });
  });

  it('reads the first version through every upcaster, defaults included', async () => {
    expect(await received(WeighedV3, WeighedV1.of({ parcelId: 'p', pounds: 2 }))).toEqual({
      parcelId: 'p',
      weight: { grams: 907, scale: 'unknown' },
    });
  });

  it('rejects a message as malformed, naming the version that it does not match', async () => {
    const weightless = received(WeighedV3, WeighedV1.of({ parcelId: 'p', pounds: 0 }));
    await expect(weightless).rejects.toThrow(MalformedMessage);
    await expect(weightless).rejects.toThrow('not a test.Weighed.v3: weight.grams');

    const Forged = defineEvent({ type: 'test.Weighed.v1', topic, subject, schema: z.object({ parcelId }) });
    await expect(received(WeighedV3, Forged.of({ parcelId: 'p' }))).rejects.toThrow('not a test.Weighed.v1: pounds');
  });
});

describe('a handler', () => {
  it('is found for every version that its contract reads', () => {
    @Handles(WeighedV3)
    class WeighedHandler {
      async handle() {}
    }
    const discovery = { getProviders: () => [{ metatype: WeighedHandler, instance: new WeighedHandler() }] };
    const found = new HandlerRegistry(discovery as unknown as DiscoveryService).of('topic');
    expect([...found.keys()]).toEqual(['test.Weighed.v3', 'test.Weighed.v2', 'test.Weighed.v1']);
  });

  it('is the only one for a version: another one for an earlier version is rejected at start', () => {
    @Handles(WeighedV2)
    class Present {
      async handle() {}
    }
    @Handles(WeighedV1)
    class LeftOver {
      async handle() {}
    }
    const discovery = {
      getProviders: () => [Present, LeftOver].map((metatype) => ({ metatype, instance: new metatype() })),
    };
    const registry = new HandlerRegistry(discovery as unknown as DiscoveryService);
    expect(() => registry.of('topic')).toThrow('LeftOver and Present both handle test.Weighed.v1');
  });
});

describe('the handler of an earlier version', () => {
  it('does not read a later one', () => {
    expect([...registered(WeighedV1, async () => {}).keys()]).toEqual(['test.Weighed.v1']);
  });
});

describe('a version', () => {
  const schema = z.object({ parcelId });
  it.each([
    ['another name', { type: 'test.Measured.v2', topic }],
    ['an earlier version', { type: 'test.Weighed.v1', topic }],
    ['another topic', { type: 'test.Weighed.v4', topic: defineTopic({ name: 'elsewhere' }) }],
  ])('of %s replaces nothing', (_, definition) => {
    const replaces = upcast(WeighedV3, () => ({ parcelId: 'p' }));
    expect(() => defineEvent({ ...definition, subject, schema, replaces })).toThrow('cannot replace test.Weighed.v3');
  });

  it('does not compile with an upcaster that returns another type', () => {
    const definition = { type: 'test.Weighed.v4', topic, subject, schema: z.object({ parcelId, tons: z.number() }) };
    const tonless = upcast(WeighedV3, (body) => ({ parcelId: body.parcelId }));
    // @ts-expect-error: 'tons' is missing
    expect(defineEvent({ ...definition, replaces: tonless })).toBeDefined();
  });
});
