/** What is sent: `text` fills it up to its size. */
export interface Body {
  n: number;
  text: string;
}

/** Called with every message; it is acknowledged when this resolves. */
export type OnMessage = (body: Body) => Promise<void> | void;

export interface Reading {
  stop(): Promise<void>;
}

/** A new, empty queue or topic by one client. */
export interface Channel {
  /** Resolves when the broker has confirmed all of them; rejects when one is not. */
  publish(bodies: readonly Body[]): Promise<void>;
  /**
   * Messages in flight: at most `IN_FLIGHT`. Our library has then written the message's mark in its inbox and one row of its
   * effect, and calls `onMessage` after their commit.
   */
  consume(onMessage: OnMessage): Promise<Reading>;
  close(): Promise<void>;
}

export interface Requester {
  /** Resolves when the reply is there. */
  request(n: number): Promise<void>;
  close(): Promise<void>;
}

/** One way to use a broker. */
export interface Client {
  /** `amqplib`, or `Waybill`. */
  name: string;
  open(): Promise<Channel>;
  /** Every message goes to each group; `consume` reads for all of them. Undefined where the client does not offer it. */
  openFanOut?(groups: number): Promise<Channel>;
  /** Undefined where the client does not offer it. */
  openRequests?(): Promise<Requester>;
}

export interface Broker {
  name: string;
  /** Of the server. */
  version: string;
  /** What the server has done with a message that it has confirmed. */
  confirm: string;
  /** Of a single client for several runs of a job; the first one is the bare client. */
  clients: readonly Client[];
  /** The bare client with what the broker does when nobody asks for more, where that is less. */
  byDefault?: Client;
  /** Of its server, as it is now. */
  pid(): number;
  /** Where its server keeps its data. */
  folder: string;
  /** kill -9, and the start of a new process; resolves when that runs. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Messages of one consumer that are not acknowledged yet, and of one publisher in full load. */
export const IN_FLIGHT = 100;
export const KEYS = 1_000;
/** As the services' topics have. */
export const PARTITIONS = 6;

export const keyOf = ({ n }: Body): string => `key-${n % KEYS}`;
export const toBytes = (body: Body): Buffer => Buffer.from(JSON.stringify(body));
export const fromBytes = (bytes: Uint8Array | string): Body => JSON.parse(String(bytes)) as Body;

/** A body of so many bytes. */
export function bodyOf(n: number, size: number): Body {
  const empty = toBytes({ n, text: '' }).length;
  return { n, text: 'x'.repeat(Math.max(0, size - empty)) };
}

export const bodiesFrom = (first: number, count: number, size: number): Body[] =>
  Array.from({ length: count }, (_, n) => bodyOf(first + n, size));
