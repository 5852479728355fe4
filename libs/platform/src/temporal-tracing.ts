import { type Context, context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Info } from '@temporalio/activity';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { inLogContext } from '@waybill/outbox';
import { TRACE_HEADER } from './temporal-workflow.js';
import { traceHeaders, withSpan } from './with-span.js';

/** For a client: the workflows that it starts belong to the trace in which they are started. */
export const tracedStarts: WorkflowClientInterceptor = {
  start: (input, next) => {
    const trace = { [TRACE_HEADER]: defaultPayloadConverter.toPayload(traceHeaders()) };
    return next({ ...input, headers: { ...input.headers, ...trace } });
  },
};

/** For a worker: a span for each activity, in its workflow's trace. */
export const tracedActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: (input, next) =>
      context.with(parentIn(input.headers), () =>
        inLogContext({ workflowId: info.workflowExecution?.workflowId ?? '' }, () =>
          withSpan(info.activityType, { attributes: attributesOf(info) }, () => next(input)),
        ),
      ),
  },
});

const attributesOf = ({ workflowExecution, attempt, isLocal }: Info) => ({
  'temporal.workflow.id': workflowExecution?.workflowId ?? '',
  'temporal.activity.attempt': attempt,
  'temporal.activity.local': isLocal,
});

function parentIn(headers: Headers): Context {
  const payload = headers[TRACE_HEADER];
  return payload ? propagation.extract(ROOT_CONTEXT, defaultPayloadConverter.fromPayload(payload)) : ROOT_CONTEXT;
}
