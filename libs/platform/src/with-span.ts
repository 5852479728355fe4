import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export interface WithSpanOptions extends SpanOptions {
  /** A W3C `traceparent` of the span's parent. Default: the active span is. */
  traceparent?: string | null | undefined;
}

/** Does `work` within a span, which records its failure. The name has few values: what varies is an attribute. */
export async function withSpan<T>(
  name: string,
  { traceparent, ...options }: WithSpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : context.active();
  const span = trace.getTracer('@waybill/platform').startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function recordFailure(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  span.setAttribute('error.type', name);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** `traceparent` of the active span: headers of a request, or what is stored with work for later. */
export function traceHeaders(): { traceparent?: string } {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Of the active span, for logs and errors; undefined outside of any. */
export const activeTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
