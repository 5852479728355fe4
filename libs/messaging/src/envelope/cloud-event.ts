import { context, propagation } from '@opentelemetry/api';
import type { OutboxMessage } from '@waybill/outbox';
import { AMQP_PREFIX, KAFKA_PREFIX, type OutgoingMessage } from '../contract/index.js';
import { newMessageId } from './message-id.js';

/**
 * A message as CloudEvents 1.0 in binary mode: attributes as headers, the body as JSON. Every message that is sent passes
 * here. Throws when the body does not match its contract: that is the sender's mistake.
 */
export function encode(message: OutgoingMessage, source: string): OutboxMessage {
  const { contract, correlationId, replyTo, traceparent } = message;
  const body = contract.schema.parse(message.body);
  const id = message.id ?? newMessageId();
  const subject = contract.subjectOf(body);
  const isEvent = contract.kind === 'event';

  const attributes = {
    specversion: '1.0',
    id,
    type: contract.type,
    source,
    subject,
    time: new Date().toISOString(),
    dataschema: `urn:${contract.type.replaceAll('.', ':')}`,
  };
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ...(!isEvent && { 'content-encoding': 'utf-8' }),
    ...(traceparent ? { traceparent } : currentTrace()),
  };
  for (const [name, value] of Object.entries(attributes))
    headers[(isEvent ? KAFKA_PREFIX : AMQP_PREFIX) + name] = value;
  if (correlationId) headers['correlation-id'] = correlationId;
  if (replyTo) headers['reply-to'] = replyTo;

  return {
    id,
    target: isEvent ? 'kafka' : 'rabbitmq',
    destination: replyTo && contract.kind === 'reply' ? replyTo : contract.destination.name,
    key: isEvent ? subject : null,
    headers,
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** `traceparent` of the active span, when tracing is on. */
export function currentTrace(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}
