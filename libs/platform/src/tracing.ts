import { setTimeout as pause } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.js';
import { ReportedExporter } from './reported-exporter.js';

/** A process that stops does not wait longer for a collector that is slow or gone, in ms. */
const LAST_EXPORT_WITHIN = 2_000;

export interface TracingOptions {
  /** `service.name` of the spans. */
  service: string;
  logger: Logger;
  /** Base URL of an OTLP/HTTP receiver, such as `http://127.0.0.1:4318`. Default: spans are not recorded. */
  endpoint?: string | undefined;
  /** Share of the traces that begin here and are recorded, 0 to 1. Default 1. Whoever sent a `traceparent` has decided already. */
  ratio?: number | undefined;
}

/**
 * Makes `@opentelemetry/api` work in this process. Trace ids exist and travel as `traceparent` whether or not spans are
 * recorded: logs and errors name them. Resolves with a function that exports what is left.
 */
export async function startTracing({
  service,
  endpoint,
  ratio = 1,
  logger,
}: TracingOptions): Promise<() => Promise<void>> {
  const provider = new TracerProvider({
    sampler: endpoint ? new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }) : new AlwaysOffSampler(),
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: endpoint ? [await exportTo(endpoint, logger)] : [],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    const exported = provider.shutdown().then(() => true);
    if (!(await Promise.race([exported, pause(LAST_EXPORT_WITHIN, false, { ref: false })])))
      logger.warn({}, 'the last spans could not be exported in time');
  };
}

/** Loads the exporter only into processes that export. */
async function exportTo(endpoint: string, logger: Logger): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const exporter = new ReportedExporter(new OTLPTraceExporter({ url }), logger);
  return new BatchSpanProcessor({ exporter });
}
