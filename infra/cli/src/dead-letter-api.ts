import { request, shortText } from './http.js';

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

export interface DeadLetterInFull extends DeadLetter {
  stack: string | null;
  headers: Record<string, string>;
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  dataref: string | null;
  bodyUnavailable: string | null;
  history: { act: string; at: string; by: string; detail: string | null; editedBody: string | null }[];
}

export interface Group {
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
  status: 'running' | 'done' | 'stopped';
  selected: number;
  decided: number;
  passedOver: number;
  released: number;
  stoppedBy: string | null;
}

export interface BatchAnswer {
  matching: number;
  selected: number;
  refused: number;
  batch: Batch | null;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export type Query = Record<string, string | number | undefined>;

/** The console says no, in words for people. */
export class Refused extends Error {}

/** The console's API for operators. Every call throws Refused or Unreachable when there is no good answer. */
export class DeadLetterApi {
  constructor(
    private readonly url: string,
    private readonly token: string,
    /** Who it is, for the history. */
    private readonly operator: string,
  ) {}

  list = (query: Query) => this.ask<Page<DeadLetter>>(`/dead-letters${queryString(query)}`);
  groups = (query: Query) => this.ask<Page<Group>>(`/dead-letters/groups${queryString(query)}`);
  show = (id: string) => this.ask<DeadLetterInFull>(`/dead-letters/${encodeURIComponent(id)}`);
  resubmit = (id: string, body: object) =>
    this.ask<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}/resubmit`, body);
  discard = (id: string, body: object) => this.ask<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}/discard`, body);
  many = (action: BatchAction, body: object) => this.ask<BatchAnswer>(`/dead-letters/${action}`, body);
  batch = (id: string) => this.ask<Batch>(`/dead-letters/batches/${encodeURIComponent(id)}`);
  stop = (id: string) => this.ask<Batch>(`/dead-letters/batches/${encodeURIComponent(id)}/stop`, {});

  private async ask<Body>(path: string, body?: object): Promise<Body> {
    const response = await request(`${this.url}${path}`, {
      headers: {
        authorization: `Bearer ${this.token}`,
        'x-operator': this.operator,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Refused(await shortText(response));
    return (await response.json()) as Body;
  }
}

function queryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length ? `?${new URLSearchParams(Object.fromEntries(given))}` : '';
}
