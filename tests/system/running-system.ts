import { readFileSync } from 'node:fs';
import { until } from '@waybill/testing';

/** A running system seen from outside, as its operators see it. */

export interface SystemEndpoints {
  /** What carries them: `kafka` or `nats`; `rabbitmq`, `nats` or `sqs`. */
  events: string;
  tasks: string;
  /** Of those that do, their addresses. */
  kafka: string;
  nats: string;
  sqs: string;
  rabbitmq: string;
  rabbitmqUi: string;
  /** The console's API. */
  deadLetters: string;
  operatorToken: string;
  readerToken: string;
  /** Process ids by the names of processes and servers. */
  processes: Record<string, number>;
}

/** As they are now: a process that was killed has another id afterwards. */
export function readEndpoints<T>(): SystemEndpoints & T {
  const file = process.env.WAYBILL_ENDPOINTS;
  if (!file) throw new Error('WAYBILL_ENDPOINTS is not set: `npm test` starts a system and sets it');
  return JSON.parse(readFileSync(file, 'utf8'));
}

export const endpoints = () => readEndpoints<Record<string, unknown>>();

export async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export interface DeadLetter {
  id: string;
  source: string;
  consumer: string;
  class: string;
  error: string;
  messageId: string;
  type: string;
  key: string;
  status: string;
  /** Increases with each change. */
  version: number;
  body: string;
  history: { event: string; by: string }[];
}

/** A request about dead letters as an operator. */
export const operate = <T>(path: string, body?: object): Promise<T> =>
  askConsole(body ? 'POST' : 'GET', `/dead-letters${path}`, body);

/** A request to the console as an operator. */
export async function askConsole<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  const { deadLetters, operatorToken } = endpoints();
  const response = await fetch(`${deadLetters}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${operatorToken}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The waiting dead letter that matches the query, in full, as soon as there is one. */
export async function deadLetter(query: Record<string, string>): Promise<DeadLetter> {
  const { id } = await until(
    `the console shows the dead letter of ${JSON.stringify(query)}`,
    async () =>
      (await operate<{ items: DeadLetter[] }>(`?${new URLSearchParams({ status: 'waiting', ...query })}`)).items[0],
  );
  return operate(`/${id}`);
}

/** All queues of the broker, whoever declared them. */
export async function queueNames(): Promise<string[]> {
  const { rabbitmq, rabbitmqUi } = endpoints();
  const { username, password, pathname } = new URL(rabbitmq);
  const vhost = encodeURIComponent(decodeURIComponent(pathname.slice(1)) || '/');
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const response = await fetch(`${rabbitmqUi}/api/queues/${vhost}`, {
    headers: { authorization: `Basic ${credentials}` },
  });
  return ((await response.json()) as { name: string }[]).map(({ name }) => name);
}
