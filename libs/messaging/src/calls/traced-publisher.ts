import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';

/**
 * A span for each message that a broker took or refused: a leaf beside the message's handling, which does not depend on it. A
 * message that is published again after its confirmation was lost has two.
 */
export class TracedPublisher implements Publisher {
  constructor(
    private readonly publisher: Publisher,
    private readonly system: string,
  ) {}

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const startTime = Date.now();
    const outcomes = await this.publisher.publish(messages);
    for (const [index, message] of messages.entries()) this.record(message, outcomes[index]!, startTime);
    return outcomes;
  }

  private record({ id, destination, headers }: OutboxMessage, outcome: PublishOutcome, startTime: number): void {
    if (outcome.status === 'blocked') return;
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    const isRecorded = (trace.getSpanContext(parent)?.traceFlags ?? 0) & TraceFlags.SAMPLED;
    if (!isRecorded) return;
    const attributes = {
      'messaging.system': this.system,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': destination,
      'messaging.message.id': id,
    };
    const options = { kind: SpanKind.PRODUCER, startTime, attributes };
    const span = trace.getTracer('@waybill/messaging').startSpan(`send ${destination}`, options, parent);
    if (outcome.status === 'rejected') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.reason });
    span.end();
  }
}
