import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  service: string;
  links: { traceId: string; spanId: string }[];
  attributes: Record<string, unknown>;
}

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { spans: (Omit<Span, 'attributes' | 'service'> & { attributes?: KeyValue[] })[] }[];
  }[];
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

/** Receives traces by OTLP over HTTP, as JSON, where the system under test sends them. */
export class OtlpReceiver {
  readonly spans: Span[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      this.spans.push(...spansIn(JSON.parse(await text(request))));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    const { hostname, port } = new URL(process.env.OTEL_EXPORTER_OTLP_ENDPOINT!);
    await new Promise<void>((resolve) => receiver.server.listen(Number(port), hostname, resolve));
    return receiver;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** All that arrived of the trace that has a span with this attribute. */
  traceOf(attribute: string, value: string): Span[] {
    const traceId = this.spans.find(({ attributes }) => attributes[attribute] === value)?.traceId;
    return this.spans.filter((span) => span.traceId === traceId);
  }
}

const spansIn = ({ resourceSpans }: ExportRequest): Span[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes = [], ...span }) => ({
        ...span,
        links: span.links ?? [],
        service,
        attributes: valuesOf(attributes),
      })),
    );
  });

const valuesOf = (attributes: KeyValue[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Spans without a parent, and spans whose parent is not there. */
export function rootsOf(spans: readonly Span[]): { roots: Span[]; orphans: Span[] } {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return {
    roots: spans.filter(({ parentSpanId }) => !parentSpanId),
    orphans: spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId)),
  };
}
