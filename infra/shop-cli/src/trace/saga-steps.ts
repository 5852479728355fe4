import { jsonBody, request } from '@waybill/cli';
import type { Told, TraceEntry } from './trace.js';

/** More attempts at an order than anybody makes. */
const LIMIT = 20;

/** The sagas of an order, from Temporal's HTTP API, which its UI serves. None of an order without an orchestrator. */
export async function sagaSteps(temporalUi: string, orderId: string): Promise<Told> {
  const entries: TraceEntry[] = [];
  for (let attempt = 1; attempt <= LIMIT; attempt++) {
    const id = `order-${orderId}-${attempt}`;
    const events = await historyOf(`${temporalUi}/api/v1/namespaces/default/workflows/${id}/history`);
    if (!events) break;
    entries.push(...stepsOf(events, attempt === 1 ? 'saga' : `saga ${attempt}`));
  }
  return { entries };
}

/** Undefined when there is no such workflow. */
async function historyOf(url: string): Promise<HistoryEvent[] | undefined> {
  const events: HistoryEvent[] = [];
  let nextPageToken = '';
  do {
    const response = await request(`${url}?${new URLSearchParams({ nextPageToken })}`);
    if (response.status === 404) return undefined;
    const page = await jsonBody<{ history: { events: HistoryEvent[] }; nextPageToken?: string }>(response);
    events.push(...page.history.events);
    nextPageToken = page.nextPageToken ?? '';
  } while (nextPageToken);
  return events;
}

export interface HistoryEvent {
  eventId: string;
  eventTime: string;
  eventType: string;
  [attributes: string]: unknown;
}

/** What a person calls a step; Temporal's own bookkeeping is left out, and so are all payloads. */
export function stepsOf(events: readonly HistoryEvent[], source: string): TraceEntry[] {
  const activities = new Map<string, string>();
  return events.flatMap((event): TraceEntry[] => {
    const { eventId, eventTime: at, eventType } = event;
    const type = eventType.replace('EVENT_TYPE_', '');
    const attributes = (Object.entries(event).find(([name]) => name.endsWith('EventAttributes'))?.[1] ??
      {}) as Attributes;
    const step = (what: string, detail?: string) => [{ at, source, what, ...(detail && { detail }) }];
    if (type === 'ACTIVITY_TASK_SCHEDULED') activities.set(eventId, attributes.activityType?.name ?? 'activity');
    const activity = activities.get(attributes.scheduledEventId ?? '') ?? '';
    switch (type) {
      case 'MARKER_RECORDED':
        return attributes.markerName === 'core_local_activity' ? localActivity(attributes, at, source) : [];
      case 'ACTIVITY_TASK_SCHEDULED':
        return step(`${attributes.activityType?.name} requested`);
      case 'ACTIVITY_TASK_COMPLETED':
        return step(`${activity} done`);
      case 'ACTIVITY_TASK_FAILED':
      case 'ACTIVITY_TASK_TIMED_OUT':
        return step(`${activity} failed`, attributes.failure?.message);
      case 'WORKFLOW_EXECUTION_SIGNALED':
        return step(`signal ${attributes.signalName}`);
      case 'TIMER_FIRED':
        return step('a deadline was reached');
      default: {
        const execution = /^WORKFLOW_EXECUTION_(STARTED|COMPLETED|FAILED|TIMED_OUT|CANCELED|TERMINATED)$/.exec(type);
        return execution ? step(execution[1]!.toLowerCase().replace('_', ' '), attributes.failure?.message) : [];
      }
    }
  });
}

interface Attributes {
  markerName?: string;
  signalName?: string;
  scheduledEventId?: string;
  activityType?: { name: string };
  failure?: { message: string };
  details?: { data?: { payloads: { data: string }[] } };
}

/** A local activity is one marker; when it ended is inside. */
function localActivity({ details, failure }: Attributes, at: string, source: string): TraceEntry[] {
  const data = details?.data?.payloads[0]?.data;
  if (!data) return [];
  const {
    activity_type: name,
    attempt,
    complete_time: time,
  } = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  const ended = time ? new Date(time.seconds * 1_000 + time.nanos / 1e6).toISOString() : at;
  const attempts = attempt > 1 ? `attempt ${attempt}` : undefined;
  const detail = [attempts, failure?.message].filter(Boolean).join(', ');
  return [{ at: ended, source, what: `${name} ${failure ? 'failed' : 'done'}`, ...(detail && { detail }) }];
}
