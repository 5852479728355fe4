import { arrayOf, json, problemsOf, queryOf, record, ref, types } from '@waybill/platform';
import { EXTENSIONS } from './extensions.js';
import { SeriesQuery } from './overview.requests.js';
import { EDGE_KINDS, EDGE_STATUSES, NODE_KINDS, NODE_STATUSES } from './picture.js';
import { PROCESS_STATUSES } from './process-states.js';
import { PANELS, UNITS } from './series.js';

const { text, integer, time } = types;
const unauthorized = { 401: 'The token is missing or wrong' };

export const overviewPaths = {
  '/overview': {
    get: {
      operationId: 'getOverview',
      summary: 'The whole system at this moment',
      description:
        'Read from all processes, at most 4 s ago. The first request has no rates yet: the next one within 10 s has.',
      responses: {
        200: { description: 'The system', content: json(ref('Overview')) },
        ...problemsOf(unauthorized),
      },
    },
  },
  '/overview/events': {
    get: {
      operationId: 'followOverview',
      summary: 'The same as server-sent events, every three seconds',
      description:
        'Each is `event: overview`, its data what GET /overview responds. A `heartbeat` every five seconds says that the console is there.',
      responses: {
        200: { description: 'The events', content: { 'text/event-stream': { schema: text } } },
        ...problemsOf(unauthorized),
      },
    },
  },
  '/overview/series': {
    get: {
      operationId: 'getSeries',
      summary: 'Rates, latencies and lag over time',
      description:
        'Recorded by Prometheus where PROMETHEUS_URL is set; otherwise by the console itself, while somebody watches /overview. What nobody recorded is null.',
      parameters: queryOf(SeriesQuery),
      responses: {
        200: { description: 'The series', content: json(ref('OverviewSeries')) },
        ...problemsOf(unauthorized),
      },
    },
  },
};

const described = (schema: object, description: string) => ({ ...schema, description });
const or = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] });
const number = { type: 'number' };
const maybeNumber = or(number);
const maybeText = or(text);
const maybeTime = or(time);
const maybe = (name: string) => ({ oneOf: [ref(name), { type: 'null' }] });
const lastSeen = described(maybeTime, 'When this was last heard of; null: not since the console started');

const Waiting = record({
  messages: integer,
  seconds: described(maybeNumber, 'Age of the oldest; null: the broker does not say it'),
});
const Parked = record({ keys: integer, messages: integer, seconds: maybeNumber });
const OverviewFigures = described(
  record({
    published: described(maybeNumber, 'Messages a second'),
    handled: described(maybeNumber, 'Messages a second'),
    lagMessages: described(maybeNumber, 'Not consumed yet'),
    lagSeconds: described(maybeNumber, 'Age of the oldest that is not consumed yet'),
    retries: maybeNumber,
    deadLetters: maybeNumber,
    parkedKeys: maybeNumber,
    outbox: described(maybeNumber, 'Messages in all outboxes'),
    cpu: described(maybeNumber, 'Cores, of all processes'),
    memory: described(maybeNumber, 'Bytes, of all processes'),
  }),
  'Of the whole system; null: no process that responds says it',
);
const OverviewProcess = record({
  name: text,
  status: described({ enum: PROCESS_STATUSES }, 'ready: all copies are; away: none responds'),
  since: described(time, 'Since when the console has seen this status'),
  lastSeen,
  failure: described(maybeText, 'Why it does not respond'),
  checks: arrayOf(record({ name: text, status: { enum: ['ok', 'failing'] } }, { reason: text })),
  copies: described(integer, 'That respond'),
  restarts: described(integer, 'That the console has seen'),
  startedAt: maybeTime,
  cpu: described(maybeNumber, 'Cores'),
  memory: described(maybeNumber, 'Bytes'),
});
const OverviewNode = record({
  id: text,
  kind: { enum: NODE_KINDS },
  name: text,
  status: described({ enum: NODE_STATUSES }, 'degraded: not ready, or some processes do not reach it'),
  reason: maybeText,
  broker: described(maybeText, 'What carries the queue or topic'),
  outbox: maybe('Waiting'),
  lastSeen,
});
const OverviewEdge = record({
  id: text,
  from: text,
  to: text,
  kind: { enum: EDGE_KINDS },
  status: described(
    { enum: EDGE_STATUSES },
    'behind: the oldest message is older than 30 s; held up: the consumer waits for an unavailable server; paused: by an operator',
  ),
  rate: described(maybeNumber, 'Messages or calls a second, over 10 s'),
  lag: maybe('Waiting'),
  retries: or(integer),
  deadLetters: maybe('Waiting'),
  parked: maybe('Parked'),
  lastSeen,
});
const sections = Object.fromEntries(EXTENSIONS.map((make) => make()).map(({ name, schema }) => [name, schema]));

export const overviewSchemas = {
  Overview: record({
    at: described(time, 'When it was read'),
    figures: ref('OverviewFigures'),
    processes: arrayOf(ref('OverviewProcess')),
    nodes: arrayOf(ref('OverviewNode')),
    edges: arrayOf(ref('OverviewEdge')),
    ...sections,
  }),
  OverviewFigures,
  OverviewProcess,
  OverviewNode,
  OverviewEdge,
  OverviewSeries: record({
    source: { enum: ['console', 'prometheus'] },
    range: text,
    step: described(number, 'Seconds'),
    times: arrayOf(time),
    series: arrayOf(
      record({
        name: text,
        title: text,
        panel: { enum: PANELS },
        unit: { enum: UNITS },
        values: described(arrayOf(maybeNumber), 'One for each of `times`'),
      }),
    ),
  }),
  Waiting,
  Parked,
};
