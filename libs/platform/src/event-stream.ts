import type { Server } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { OperatorCheck } from './operator.js';

/** Intervals in ms. Proxies close connections on which nothing comes, nginx after 60 s. */
const HEARTBEATS = {
  comment: { text: ': heartbeat\n\n', interval: 15_000 },
  event: { text: 'event: heartbeat\ndata: {}\n\n', interval: 5_000 },
};

/** The open ones. */
const streamsOf = new WeakMap<Server, Set<EventStream>>();

/** A server that stops would wait for them. Their clients connect again, to the process that comes after this one. */
export function endEventStreams(server: Server): void {
  for (const stream of streamsOf.get(server) ?? []) stream.end();
}

export interface ServerSentEvent {
  event: string;
  data: object;
  /** What a client that connects again names as `Last-Event-ID`. */
  id?: string | number;
}

export interface EventStreamOptions {
  /** The stream ends when whoever asked would not be let in any more: has signed out, say. */
  operator?: OperatorCheck;
  /** `comment` is not seen by programs; by an `event` every five seconds, a page notices a server that hangs. */
  heartbeat?: keyof typeof HEARTBEATS;
}

/**
 * A response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Its head is sent at once: the client
 * knows that it is connected before there is an event. HEAD gets the head alone.
 */
export class EventStream {
  private readonly raw: FastifyReply['raw'];
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    private readonly reply: FastifyReply,
    private readonly options: EventStreamOptions = {},
  ) {
    reply.hijack();
    this.raw = reply.raw;
    this.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close', // or, ended by a server that stops, it would be kept open for further requests
    });
    this.raw.flushHeaders();
    const { text, interval } = HEARTBEATS[options.heartbeat ?? 'comment'];
    this.heartbeat = setInterval(() => this.write(text), interval).unref();
    const open = streamsOf.get(reply.server.server) ?? new Set();
    streamsOf.set(reply.server.server, open.add(this));
    this.raw.once('close', () => {
      clearInterval(this.heartbeat);
      open.delete(this);
    });
    if (reply.request.method === 'HEAD') this.end();
  }

  get hasEnded(): boolean {
    return this.raw.writableEnded || this.raw.destroyed;
  }

  /** Whether the client reads too slowly for what was sent so far. */
  get isBehind(): boolean {
    return this.raw.writableNeedDrain;
  }

  send(...events: readonly ServerSentEvent[]): void {
    this.write(events.map(asText).join(''));
  }

  end(): void {
    clearInterval(this.heartbeat);
    this.raw.end();
  }

  private write(text: string): void {
    if (this.hasEnded) return;
    if (this.isAllowed()) this.raw.write(text);
    else this.end();
  }

  private isAllowed(): boolean {
    try {
      this.options.operator?.check(this.reply.request);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * Aborts when the client closes its side of the connection: it has left, or wants no more than the current state. Call it
 * before the first await, which the client may not outlast.
 */
export function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const { socket } = raw.req;
  if (socket.readableEnded) abort();
  socket.once('end', abort);
  raw.once('close', () => {
    socket.off('end', abort); // the connection may serve more requests
    abort();
  });
  return controller.signal;
}

const asText = ({ event, data, id }: ServerSentEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
