import type {
  Headers,
  WorkflowInboundCallsInterceptor,
  WorkflowInterceptorsFactory,
  WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';

/** The header of Temporal's own OpenTelemetry interceptors; its value is a carrier with `traceparent`. */
export const TRACE_HEADER = '_tracer-data';

/**
 * For workflow bundles: hands the trace in which a workflow was started on to its activities. Workflows have no spans: they
 * are replayed, and their time is that of their steps.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let trace: Headers = {};
  const inbound: WorkflowInboundCallsInterceptor = {
    execute(input, next) {
      const payload = input.headers[TRACE_HEADER];
      if (payload) trace = { [TRACE_HEADER]: payload };
      return next(input);
    },
  };
  const outbound: WorkflowOutboundCallsInterceptor = {
    scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...trace } }),
    scheduleLocalActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...trace } }),
    continueAsNew: (input, next) => next({ ...input, headers: { ...input.headers, ...trace } }),
  };
  return { inbound: [inbound], outbound: [outbound] };
};
