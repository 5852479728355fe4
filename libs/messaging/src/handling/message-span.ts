import { type Attributes, context, propagation, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { inLogContext } from '@waybill/outbox';
import { DEFAULT_NAMESPACE } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { failedIn } from '../outcomes/index.js';

export interface MessageSpanOptions {
  /** Service or consumer group. */
  consumer: string;
  namespace?: string | undefined;
}

/**
 * Does `work` within a span of the message's trace (OpenTelemetry's conventions for messaging): its parent is where the message
 * was sent, so that retries are siblings, and a resubmission is linked to the failure. What is logged meanwhile names the message.
 */
export function inMessageSpan<T>(
  message: ReceivedMessage,
  { consumer, namespace = DEFAULT_NAMESPACE }: MessageSpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { id, type, subject, headers, from } = message;
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const failure = trace.getSpanContext(
    propagation.extract(ROOT_CONTEXT, { traceparent: failedIn(headers, namespace) }),
  );
  const span = trace.getTracer('@waybill/messaging').startSpan(
    `process ${from.name}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: attributesOf(message, consumer),
      ...(failure && { links: [{ context: failure, attributes: { reason: 'resubmitted' } }] }),
    },
    parent,
  );
  const handling = async () => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  };
  return context.with(trace.setSpan(parent, span), () => inLogContext({ messageId: id, type, subject }, handling));
}

function attributesOf({ id, type, subject, from, attempt }: ReceivedMessage, consumer: string): Attributes {
  return {
    'messaging.system': from.kind === 'topic' ? 'kafka' : 'rabbitmq',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': from.name,
    'messaging.consumer.group.name': consumer,
    'messaging.message.id': id,
    'cloudevents.event_type': type,
    'cloudevents.event_subject': subject,
    'messaging.message.attempt': attempt,
    ...(from.kind === 'topic' && {
      'messaging.destination.partition.id': String(from.partition),
      'messaging.kafka.offset': from.offset,
    }),
  };
}
