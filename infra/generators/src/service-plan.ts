import type { KnownContract } from './known-contracts.js';
import { camelCase, kebabCase, listed, pascalCase } from './words.js';

/** What `npm run new:service` is asked for. */
export interface ServiceRequest {
  name: string;
  port: number;
  /** Names of events that exist. */
  events: readonly string[];
  /** Names of tasks and events that do not exist yet. */
  tasks: readonly string[];
  emits: readonly string[];
}

/** A service that will be written, in the words of the templates. */
export interface ServicePlan extends ServiceRequest {
  Class: string;
  database: string;
  portName: string;
  /** Its sentence in the declaration and in the README. */
  does: string;
  topic: Destination;
  queues: Destination[];
  handlers: HandlerPlan[];
  newTasks: NewMessage[];
  newEvents: NewMessage[];
}

interface Destination {
  /** Its constant in libs/contracts. */
  constant: string;
  name: string;
}

export interface NewMessage {
  message: string;
  /** The property that it is about. */
  subject: string;
  /** The schema of that property. */
  schema: string;
  sample: Record<string, string>;
}

export interface HandlerPlan {
  message: string;
  /** Of the handler, without its ending. */
  file: string;
  kind: 'event' | 'task';
  /** The topic or queue. */
  source: string;
  subject: string;
  /** A message as it may be sent. */
  sample: object;
  emits: string[];
}

const ORDER_ID = '019e2f6a-7c1d-7a52-9b3e-4f0d6a1c2b01';

/** `samples` are bodies of existing events by their names. */
export function planOf(
  request: ServiceRequest,
  known: readonly KnownContract[],
  samples: ReadonlyMap<string, object>,
): ServicePlan {
  const { name, events, tasks, emits } = request;
  const queues = tasks.map((task) => queueOf(name, task));
  const ofEvents = events.map((event): Omit<HandlerPlan, 'emits'> => {
    const { destination, subject } = known.find((contract) => contract.name === event)!;
    const sample = samples.get(event) ?? {};
    return { message: event, file: kebabCase(event), kind: 'event', source: destination, subject, sample };
  });
  const newTasks = tasks.map((message) => newMessage(message, 'orderId'));
  const ofTasks = newTasks.map(({ message, subject, sample }, n): Omit<HandlerPlan, 'emits'> => {
    return { message, file: kebabCase(message), kind: 'task', source: queues[n]!.name, subject, sample };
  });
  const handlers = withEmitted([...ofEvents, ...ofTasks], emits);
  return {
    ...request,
    Class: pascalCase(name),
    database: name.replaceAll('-', '_'),
    portName: `${name.toUpperCase().replaceAll('-', '_')}_PORT`,
    does: handlers.length ? `Records ${listed([...events, ...tasks])}.` : 'Lists its entries.',
    topic: { constant: `${camelCase(name)}Events`, name: `${name}.events` },
    queues,
    handlers,
    newTasks,
    newEvents: emits.map((message) => {
      const sender = handlers.find((handler) => handler.emits.includes(message));
      return newMessage(message, sender?.subject ?? 'orderId', sender?.sample);
    }),
  };
}

const queueOf = (service: string, task: string): Destination => ({
  constant: `${camelCase(service)}${task}`,
  name: `${service}.${kebabCase(task)}`,
});

/** The first handler emits the first event, and so on; the last handler emits what is left. */
function withEmitted(handlers: readonly Omit<HandlerPlan, 'emits'>[], emits: readonly string[]): HandlerPlan[] {
  const last = handlers.length - 1;
  return handlers.map((handler, n) => ({ ...handler, emits: n < last ? emits.slice(n, n + 1) : emits.slice(n) }));
}

/** It says what it is about and nothing else, until somebody gives it more. */
function newMessage(message: string, subject: string, like: object = {}): NewMessage {
  const given = (like as Record<string, unknown>)[subject];
  const isUuid = subject === 'orderId' || /^[0-9a-f-]{36}$/.test(String(given));
  const schema = isUuid ? 'z.uuid()' : 'z.string().min(1)';
  return { message, subject, schema, sample: { [subject]: isUuid ? ORDER_ID : String(given ?? 'BOOK-001') } };
}
