import { problemText, request } from './http.js';

export interface DeadLetter {
  id: string;
  source: string;
  consumer: string;
  class: string;
  error: string;
  group: string;
  attempts: number;
  messageId: string;
  type: string | null;
  key: string | null;
  traceId: string | null;
  firstFailedAt: string;
  lastFailedAt: string;
  status: string;
  resubmissions: number;
  version: number;
}

export interface DeadLetterDetail extends DeadLetter {
  stack: string | null;
  headers: Record<string, string>;
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  dataref: string | null;
  bodyUnavailable: string | null;
  history: { event: string; at: string; by: string; detail: string | null; editedBody: string | null }[];
}

export interface DeadLetterGroup {
  group: string;
  class: string;
  error: string;
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  lastFailedAt: string;
  example: string;
}

export type BatchAction = 'resubmit' | 'discard';

export interface Batch {
  id: string;
  action: BatchAction;
  status: 'running' | 'paused' | 'done' | 'stopped';
  selected: number;
  resolved: number;
  skipped: number;
  released: number;
  stoppedBy: string | null;
}

export interface BatchResponse {
  matching: number;
  selected: number;
  excluded: number;
  batch: Batch | null;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export type Query = Record<string, string | number | undefined>;

/** The console rejected the request; the message is its reason. */
export class Rejected extends Error {}

/** The console's API for operators. Every call throws Rejected for a response other than 2xx, Unreachable for none. */
export class DeadLetterApi {
  constructor(
    private readonly url: string,
    private readonly token: string,
    /** Recorded in the history of what is changed. */
    private readonly operator: string,
  ) {}

  list = (query: Query) => this.call<Page<DeadLetter>>(`/dead-letters${queryString(query)}`);
  groups = (query: Query) => this.call<Page<DeadLetterGroup>>(`/dead-letters/groups${queryString(query)}`);
  show = (id: string) => this.call<DeadLetterDetail>(`/dead-letters/${encodeURIComponent(id)}`);
  resubmit = (id: string, body: object) =>
    this.call<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}/resubmit`, body);
  discard = (id: string, body: object) =>
    this.call<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}/discard`, body);
  submitBatch = (action: BatchAction, body: object) => this.call<BatchResponse>(`/dead-letters/${action}`, body);
  batch = (id: string) => this.call<Batch>(`/dead-letters/batches/${encodeURIComponent(id)}`);
  stopBatch = (id: string) => this.call<Batch>(`/dead-letters/batches/${encodeURIComponent(id)}/stop`, {});

  private async call<Body>(path: string, body?: object): Promise<Body> {
    const response = await request(`${this.url}${path}`, {
      headers: {
        authorization: `Bearer ${this.token}`,
        'x-operator': encodeURIComponent(this.operator),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Rejected(await problemText(response));
    return (await response.json()) as Body;
  }
}

function queryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length ? `?${new URLSearchParams(Object.fromEntries(given))}` : '';
}
