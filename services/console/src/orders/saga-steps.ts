import { readJson } from './read-json.js';
import { type SagaRun, type Told, type TraceEntry, traceIdOf } from './trace.js';

/** More attempts at an order than anybody makes. */
const LIMIT = 20;

/** The sagas of an order, from Temporal's HTTP API. None of an order without an orchestrator. */
export async function sagaSteps(temporal: string, orderId: string): Promise<Told> {
  const entries: TraceEntry[] = [];
  const sagas: SagaRun[] = [];
  for (let attempt = 1; attempt <= LIMIT; attempt++) {
    const workflowId = `order-${orderId}-${attempt}`;
    const url = `${temporal}/api/v1/namespaces/default/workflows/${workflowId}`;
    const events = await historyOf(`${url}/history`);
    if (!events) break;
    const source = attempt === 1 ? 'saga' : `saga ${attempt}`;
    sagas.push({ attempt, workflowId });
    entries.push(...stepsOf(events, source));
    if (!hasEnded(events)) entries.push(...retriesOf(await readJson<Description>(url), events, source));
  }
  return { entries, sagas };
}

/** Undefined when there is no such workflow. */
async function historyOf(url: string): Promise<HistoryEvent[] | undefined> {
  const events: HistoryEvent[] = [];
  let nextPageToken = '';
  do {
    const page = await readJson<HistoryPage>(`${url}?${new URLSearchParams({ nextPageToken })}`);
    if (!page) return undefined;
    events.push(...page.history.events);
    nextPageToken = page.nextPageToken ?? '';
  } while (nextPageToken);
  return events;
}

const hasEnded = (events: readonly HistoryEvent[]): boolean =>
  /WORKFLOW_EXECUTION_(COMPLETED|FAILED|TIMED_OUT|CANCELED|TERMINATED)$/.test(events.at(-1)?.eventType ?? '');

/** What Temporal tells of a saga that runs. */
interface Description {
  pendingActivities?: {
    activityType: { name: string };
    attempt: number;
    lastFailure?: { message: string };
    lastAttemptCompleteTime?: string;
  }[];
}

/** Activities that failed and are tried again: the history has them only once they have ended. */
function retriesOf(
  { pendingActivities = [] }: Description = {},
  events: readonly HistoryEvent[],
  source: string,
): TraceEntry[] {
  return pendingActivities.flatMap(({ activityType: { name }, attempt, lastFailure, lastAttemptCompleteTime: at }) => {
    if (!at || attempt === 1) return [];
    const scheduled = events.findLast((event) => attributesOf(event).activityType?.name === name);
    const { service } = activityOf(events[0]!, scheduled ? attributesOf(scheduled) : {});
    const what = `${name} attempt ${attempt} to come`;
    return [{ at, source, service, kind: 'retry', what, attempt, ...detailOf(lastFailure?.message) }];
  });
}

interface HistoryPage {
  history: { events: HistoryEvent[] };
  nextPageToken?: string;
}

export interface HistoryEvent {
  eventId: string;
  eventTime: string;
  eventType: string;
  [attributes: string]: unknown;
}

interface Attributes {
  markerName?: string;
  signalName?: string;
  scheduledEventId?: string;
  activityType?: { name: string };
  taskQueue?: { name: string };
  attempt?: number;
  failure?: { message: string };
  lastFailure?: { message: string };
  header?: { fields?: Record<string, Payload> };
  details?: { data?: { payloads: Payload[] } };
}

interface Payload {
  data?: string;
}

/** What has been scheduled and has not ended. */
interface Activity {
  name: string;
  service: string;
  /** In ms since 1970. */
  scheduled: number;
  attempt: number;
  traceId: string | undefined;
}

/** Who has the activities of a task queue. */
const WORKERS: Record<string, string> = { payments: 'payment' };

/** What a person calls a step; Temporal's own bookkeeping is left out, and so are all payloads. */
export function stepsOf(events: readonly HistoryEvent[], source: string): TraceEntry[] {
  const activities = new Map<string, Activity>();
  return events.flatMap((event) => {
    const attributes = attributesOf(event);
    if (event.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED')
      activities.set(event.eventId, activityOf(event, attributes));
    const activity = activities.get(attributes.scheduledEventId ?? event.eventId);
    const step = activity ? activityStep(event, attributes, activity) : workflowStep(event, attributes);
    return step ? [{ at: event.eventTime, source, service: 'order-processor', kind: 'saga-step', ...step }] : [];
  });
}

type Step = Partial<TraceEntry> & Pick<TraceEntry, 'what'>;

function attributesOf(event: HistoryEvent): Attributes {
  return (Object.entries(event).find(([name]) => name.endsWith('EventAttributes'))?.[1] ?? {}) as Attributes;
}

function activityOf({ eventTime }: HistoryEvent, { activityType, taskQueue, header }: Attributes): Activity {
  const carrier = decoded<{ traceparent?: string }>(header?.fields?.['_tracer-data']);
  return {
    name: activityType?.name ?? 'activity',
    service: WORKERS[taskQueue?.name ?? ''] ?? 'order-processor',
    scheduled: Date.parse(eventTime),
    attempt: 1,
    traceId: traceIdOf(carrier?.traceparent),
  };
}

/** Of an activity that a worker runs, with Temporal's retries. */
function activityStep({ eventType, eventTime }: HistoryEvent, attributes: Attributes, activity: Activity) {
  const { name, service, scheduled, traceId } = activity;
  const tells = { service, ...(traceId && { traceId }) };
  const ended = () => ({ ...tells, attempt: activity.attempt, durationMs: Date.parse(eventTime) - scheduled });
  switch (eventType.replace('EVENT_TYPE_ACTIVITY_TASK_', '')) {
    case 'SCHEDULED':
      return { ...tells, what: `${name} requested` };
    case 'STARTED':
      return started(attributes, activity, tells);
    case 'COMPLETED':
      return { ...ended(), what: `${name} done` };
    case 'FAILED':
    case 'TIMED_OUT':
      return { ...ended(), what: `${name} failed`, ...detailOf(attributes.failure?.message) };
    default:
      return undefined;
  }
}

/** Temporal writes it down when the activity has ended, and only the last attempt. */
function started({ attempt = 1, lastFailure }: Attributes, activity: Activity, tells: object): Step | undefined {
  activity.attempt = attempt;
  if (attempt === 1) return undefined;
  return {
    ...tells,
    kind: 'retry',
    what: `${activity.name} attempt ${attempt}`,
    attempt,
    ...detailOf(lastFailure?.message),
  };
}

function workflowStep({ eventType }: HistoryEvent, attributes: Attributes): Step | undefined {
  const type = eventType.replace('EVENT_TYPE_', '');
  if (type === 'MARKER_RECORDED') return localActivity(attributes);
  if (type === 'WORKFLOW_EXECUTION_SIGNALED') return { what: `signal ${attributes.signalName}` };
  if (type === 'TIMER_FIRED') return { what: 'a deadline was reached' };
  const execution = /^WORKFLOW_EXECUTION_(STARTED|COMPLETED|FAILED|TIMED_OUT|CANCELED|TERMINATED)$/.exec(type);
  if (!execution) return undefined;
  return { what: execution[1]!.toLowerCase().replace('_', ' '), ...detailOf(attributes.failure?.message) };
}

interface LocalActivity {
  activity_type: string;
  attempt: number;
  complete_time?: Timestamp;
  original_schedule_time?: Timestamp;
}

interface Timestamp {
  seconds: number;
  nanos: number;
}

/** A local activity is one marker; when it began and ended is inside. */
function localActivity({ markerName, details, failure }: Attributes): Step | undefined {
  const marker = markerName === 'core_local_activity' && decoded<LocalActivity>(details?.data?.payloads[0]);
  if (!marker) return undefined;
  const { activity_type: name, attempt, complete_time: end, original_schedule_time: start } = marker;
  const detail = [attempt > 1 && `attempt ${attempt}`, failure?.message].filter(Boolean).join(', ');
  return {
    what: `${name} ${failure ? 'failed' : 'done'}`,
    attempt,
    ...(end && { at: new Date(millisecondsOf(end)).toISOString() }),
    ...(start && end && { durationMs: Math.max(0, Math.round(millisecondsOf(end) - millisecondsOf(start))) }),
    ...detailOf(detail),
  };
}

const millisecondsOf = ({ seconds, nanos }: Timestamp): number => seconds * 1_000 + nanos / 1e6;
const detailOf = (detail: string | undefined) => (detail ? { detail } : {});

const decoded = <T>(payload: Payload | undefined): T | undefined =>
  payload?.data ? (JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8')) as T) : undefined;
