import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { PostgresInbox } from '@waybill/idempotency';
import { logContext } from '@waybill/outbox';
import { z } from 'zod';
import { MessageOutbox } from '../calls/index.js';
import { defineQueue, defineTask } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { BusinessRejection, type DeadLettered, deadLetterHeaders, messagingMetrics } from '../outcomes/index.js';
import { fromDelivery, toRabbit } from '../rabbitmq/index.js';
import { consumerDatabase, quiet, registered } from '../test/workbench.fixture.js';
import { decode } from './decode.middleware.js';
import { dispatchTo } from './dispatch.js';
import type { Handler } from './handler.js';
import { pipeline } from './pipeline.js';
import { inTransaction } from './transaction.middleware.js';

const TestTask = defineTask({
  type: 'test.TestTask.v1',
  queue: defineQueue({ name: 'tasks' }),
  subject: ({ what }) => what,
  schema: z.object({ what: z.string() }),
});

const exporter = new InMemorySpanExporter();
let database: Awaited<ReturnType<typeof consumerDatabase>>;
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  database = await consumerDatabase();
});
beforeEach(() => exporter.reset());
afterAll(() => database.drop());

/** 16 or 8 bytes in hexadecimal. */
const randomId = (bytes: number) =>
  crypto
    .randomUUID()
    .replaceAll('-', '')
    .slice(0, 2 * bytes);
const aTraceparent = () => `00-${randomId(16)}-${randomId(8)}-01`;
const traceIdOf = (traceparent: string | undefined) => traceparent?.split('-')[1];

const received = (what: string, headers: Record<string, string>) => {
  const sent = encode({ contract: TestTask, body: { what } }, '/test');
  const delivered = toRabbit({ ...sent, headers: { ...sent.headers, ...headers } });
  return fromDelivery({ ...delivered, redelivered: false }, 'tasks');
};

function dispatching(handle: Handler<typeof TestTask>['handle']) {
  const options = { database, groupCommit: 50, inbox: new PostgresInbox(), consumer: 'test' };
  return dispatchTo({
    consumer: 'test',
    registrations: registered(TestTask, handle),
    handle: pipeline(decode, inTransaction({ ...options, outbox: new MessageOutbox({ source: '/test' }) })),
    stopping: new AbortController().signal,
    metrics: messagingMetrics(),
    logger: quiet,
  });
}

describe('messages that share a transaction', () => {
  it('are each handled in their own trace, which what they send belongs to, and in their own log context', async () => {
    const logged = new Map<string, unknown>();
    const dispatch = dispatching(async ({ what }, { tx, outbox }) => {
      logged.set(what, logContext().subject);
      await outbox.add(tx, TestTask.of({ what }));
    });
    const traceparents = new Map(Array.from({ length: 20 }, (_, n) => [`task ${n}`, aTraceparent()]));
    await Promise.all([...traceparents].map(([what, traceparent]) => dispatch(received(what, { traceparent }))));

    const { rows } = await database.pool.query<{ what: string; traceparent: string }>(
      `SELECT headers->>'cloudEvents:subject' AS what, headers->>'traceparent' AS traceparent FROM waybill.outbox`,
    );
    expect(rows).toHaveLength(20);
    for (const { what, traceparent } of rows) expect(traceIdOf(traceparent)).toBe(traceIdOf(traceparents.get(what)));
    expect([...logged]).toEqual([...logged.keys()].map((what) => [what, what]));
  });
});

describe('the span of a message', () => {
  it('is a child of where the message was sent, and says what became of it', async () => {
    const traceparent = aTraceparent();
    await dispatching(async () => {})(received('fine', { traceparent }));
    const [span] = exporter.getFinishedSpans();
    expect(span!.name).toBe('process tasks');
    expect(span!.parentSpanContext).toMatchObject({
      traceId: traceIdOf(traceparent),
      spanId: traceparent.split('-')[2],
    });
    expect(span!.attributes).toMatchObject({
      'messaging.system': 'rabbitmq',
      'messaging.consumer.group.name': 'test',
      'cloudevents.event_subject': 'fine',
      'messaging.message.outcome': 'done',
    });
  });

  it('begins a trace for a message that has none, or one that cannot be read', async () => {
    for (const headers of [{}, { traceparent: 'nonsense' }] as Record<string, string>[])
      await dispatching(async () => {})(received('new', headers));
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined]);
  });

  it('stays in its trace when the message is dead-lettered and resubmitted, and is linked to the failure', async () => {
    const traceparent = aTraceparent();
    let isMended = false;
    const dispatch = dispatching(async () => {
      if (!isMended) throw new BusinessRejection('not yet');
    });
    const message = received('rejected', { traceparent });
    const outcome = (await dispatch(message)) as DeadLettered;
    const dead = { ...message.headers, ...deadLetterHeaders(message, outcome, 'test') };
    isMended = true;
    await dispatch(received('rejected', dead));

    const [failed, resubmitted] = exporter.getFinishedSpans();
    expect(failed!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not yet' });
    expect(resubmitted!.spanContext().traceId).toBe(traceIdOf(traceparent));
    expect(resubmitted!.links).toMatchObject([{ context: { spanId: failed!.spanContext().spanId } }]);
  });
});
