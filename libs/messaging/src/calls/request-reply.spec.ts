import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FreshVhost, freshVhost, RabbitQueues, TcpProxy, until } from '@waybill/testing';
import { register } from 'prom-client';
import { z } from 'zod';
import { FileObjectStore } from '../claim-check/index.js';
import { defineQueue, defineReply, defineTask } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import type { Handler } from '../handling/index.js';
import { AmqplibClient, declareQueues } from '../rabbitmq/index.js';
import { type Responder, startResponder } from '../test/responder.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { NoReply, RequestReply } from './request-reply.js';

const queue = defineQueue({ name: 'questions' });
const schema = z.object({ about: z.string() });
const subject = ({ about }: { about: string }) => about;
const Answered = defineReply({ type: 'test.Answered.v1', queue, subject, schema: schema.extend({ price: z.int() }) });
const Ask = defineTask({ type: 'test.Ask.v1', queue, subject, schema, reply: Answered });
const nowhere = defineQueue({ name: 'nowhere' });
const AskNobody = defineTask({ type: 'test.AskNobody.v1', queue: nowhere, subject, schema, reply: Answered });

let vhost: FreshVhost;
let proxy: TcpProxy;
let connection: AmqplibClient;
let throughProxy: AmqplibClient;
let queues: RabbitQueues;
let responder: Responder;
let asker: RequestReply;
let handle: Handler<typeof Ask>['handle'];

beforeAll(async () => {
  vhost = await freshVhost();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [queue]);
  responder = startResponder(connection, Ask, (body, context) => handle(body, context));
  const url = new URL(vhost.url);
  proxy = await TcpProxy.to({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  throughProxy = new AmqplibClient({
    url: url.href,
    name: 'asker',
    logger: quiet,
    retryDelay: { first: 50, longest: 200 },
    connectTimeout: 20_000,
  });
  asker = new RequestReply({ publishing: throughProxy, consuming: throughProxy, source: '/asker' });
});

beforeEach(() => {
  handle = ({ about }, { reply }) => reply({ about, price: about.length });
});

afterAll(async () => {
  await asker.close();
  await responder.stop();
  await Promise.all([throughProxy.close(), connection.close(), queues.close()]);
  await proxy.close();
  await vhost.drop();
});

const dropped = async () => {
  const metric = await register.getSingleMetric('waybill_replies_dropped_total')?.get();
  return metric?.values.find(({ labels }) => labels.type === Answered.type)?.value ?? 0;
};

/** Delays the replies until they are released. */
function holdResponses() {
  const asked: string[] = [];
  const replyQueues: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  handle = async ({ about }, { reply, message }) => {
    asked.push(about);
    replyQueues.push(message.replyTo!);
    await released;
    await reply({ about, price: 0 });
  };
  return { asked, replyQueues, release };
}

describe('a request', () => {
  it('resolves with its reply', async () => {
    expect(await asker.request(Ask, { about: 'tea' })).toEqual({ about: 'tea', price: 3 });
  });

  it('gets its own reply among many that come in any order', async () => {
    const held: (() => Promise<void>)[] = [];
    handle = async ({ about }, { reply }) => {
      const send = () => reply({ about, price: Number(about) });
      held.push(send);
      if (held.length === 10) for (const late of held.reverse()) await late();
      else await until('the others are there', () => held.length === 10);
    };
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => asker.request(Ask, { about: String(n) }, { timeout: 20_000 })),
    );
    expect(replies.map(({ price }) => price)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('rejects after its timeout, and the late reply is dropped and counted', async () => {
    const { asked, release } = holdResponses();
    const before = await dropped();
    await expect(asker.request(Ask, { about: 'slow' }, { timeout: 300 })).rejects.toThrow(
      new NoReply('no reply to test.Ask.v1 within 300 ms'),
    );
    await until('it was received', () => asked.includes('slow'));
    expect(await dropped()).toBe(before);
    release();
    await until('the late reply is counted', async () => (await dropped()) === before + 1);
  });

  it('to a missing queue rejects immediately', async () => {
    await expect(asker.request(AskNobody, { about: 'x' }, { timeout: 30_000 })).rejects.toThrow(
      'there is no queue nowhere',
    );
  });

  it('that does not fit its contract is not sent', async () => {
    await expect(asker.request(Ask, { about: 42 as never })).rejects.toThrow('could not send');
  });

  it('whose reply does not fit its contract is rejected with what is wrong', async () => {
    handle = async ({ about }, { message: { correlationId, replyTo } }) => {
      const reply = encode(
        Answered.of({ about, price: 1 }, { correlationId: correlationId!, replyTo: replyTo! }),
        '/wrong',
      );
      await responder.publisher.publishOne({ ...reply, body: Buffer.from('{"about":"tea","price":"dear"}') });
    };
    await expect(asker.request(Ask, { about: 'tea' })).rejects.toThrow('price');
  });

  it('gets a large reply from the object store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-claims-'));
    const objectStore = new FileObjectStore(folder);
    const body = Buffer.from('{"about":"tea","price":3}');
    const key = crypto.randomUUID();
    await objectStore.put(key, body);
    const reference = {
      'cloudEvents:dataref': objectStore.url + key,
      'cloudEvents:datadigest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    };
    handle = async ({ about }, { message: { correlationId, replyTo } }) => {
      const addressing = { correlationId: correlationId!, replyTo: replyTo! };
      const reply = encode(Answered.of({ about, price: 1 }, addressing), '/large');
      const headers = { ...reply.headers, ...reference };
      await responder.publisher.publishOne({ ...reply, headers, body: Buffer.alloc(0) });
    };
    const reading = new RequestReply({ publishing: connection, consuming: connection, source: '/asker', objectStore });
    expect(await reading.request(Ask, { about: 'tea' })).toEqual({ about: 'tea', price: 3 });
    await expect(asker.request(Ask, { about: 'tea' })).rejects.toThrow('no object store is configured');
    await reading.close();
    rmSync(folder, { recursive: true });
  });

  it('rejects immediately when the connection breaks: its reply queue is gone, and the reply is dropped and counted', async () => {
    const { asked, replyQueues, release } = holdResponses();
    const before = await dropped();
    const request = asker.request(Ask, { about: 'cut' }, { timeout: 30_000 }).catch((error) => error);
    await until('it was received', () => asked.includes('cut'));

    const broken = performance.now();
    proxy.cut();
    proxy.restore();
    expect(await request).toBeInstanceOf(NoReply);
    expect(performance.now() - broken).toBeLessThan(10_000);
    await until('the broker has noticed', async () => !(await queues.exists(replyQueues[0]!)));
    release();
    await until('the reply that finds no queue is counted', async () => (await dropped()) > before);
    expect(asked).toEqual(['cut']); // not sent again
  });

  it('waits for an unavailable broker, and is not sent after its timeout', async () => {
    proxy.cut();
    const tooShort = asker.request(Ask, { about: 'too short' }, { timeout: 200 });
    await expect(tooShort).rejects.toThrow(NoReply);
    const { asked, release } = holdResponses();
    const patient = asker.request(Ask, { about: 'patient' }, { timeout: 30_000 });
    proxy.restore();
    await until('it was received', () => asked.length > 0);
    release();
    expect(await patient).toEqual({ about: 'patient', price: 0 });
    expect(asked).toEqual(['patient']);
  });
});
