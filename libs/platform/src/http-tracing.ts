import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What operators and orchestrators ask for all the time is no part of any flow. */
const UNTRACED = /^\/(health\/|metrics$|docs|openapi\.json|asyncapi\.json)/;

const contexts = new WeakMap<FastifyRequest, Context>();

/**
 * A span for each request, in which it is handled: OpenTelemetry's conventions for HTTP servers, but without paths, into which
 * a client may write anything.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!UNTRACED.test(request.url)) contexts.set(request, begin(request));
    enter(request, done);
  });
  // Reading the body has left it.
  fastify.addHook('preValidation', (request, _reply, done) => enter(request, done));
  fastify.addHook('onResponse', (request, { statusCode }, done) => {
    end(request, (span) => {
      span.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    });
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    end(request, (span) => span.setAttribute('error.type', 'aborted'));
    done();
  });
}

function begin(request: FastifyRequest): Context {
  const { method, headers, routeOptions } = request;
  const route = routeOptions.url;
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const attributes = { 'http.request.method': method, ...(route && { 'http.route': route }) };
  const name = route ? `${method} ${route}` : method;
  return trace.setSpan(
    parent,
    trace.getTracer('@waybill/platform').startSpan(name, { kind: SpanKind.SERVER, attributes }, parent),
  );
}

function enter(request: FastifyRequest, done: () => void): void {
  const ofRequest = contexts.get(request);
  if (ofRequest) context.with(ofRequest, done);
  else done();
}

function end(request: FastifyRequest, describe: (span: Span) => void): void {
  const span = spanOf(request);
  if (!span) return;
  contexts.delete(request);
  describe(span);
  span.end();
}

function spanOf(request: FastifyRequest): Span | undefined {
  const ofRequest = contexts.get(request);
  return ofRequest && trace.getSpan(ofRequest);
}

/** Also where the request's context was left, as while its body is parsed. */
export const traceIdOf = (request: FastifyRequest): string | undefined => spanOf(request)?.spanContext().traceId;
