import type { FastifyReply } from 'fastify';
import type { OperatorCheck } from './operator.js';

/** Proxies close connections on which nothing comes, nginx after 60 s. */
const HEARTBEAT_INTERVAL = 15_000;

export interface ServerSentEvent {
  event: string;
  data: object;
  /** What a client that connects again names as `Last-Event-ID`. */
  id?: string | number;
}

/**
 * A response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Its head is sent at once: the client
 * knows that it is connected before there is an event. HEAD gets the head alone.
 */
export class EventStream {
  private readonly raw: FastifyReply['raw'];
  private readonly heartbeat: NodeJS.Timeout;

  /** With `operator`, it ends when whoever asked would not be let in any more: has signed out, say. */
  constructor(
    private readonly reply: FastifyReply,
    private readonly operator?: OperatorCheck,
  ) {
    reply.hijack();
    this.raw = reply.raw;
    this.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.raw.flushHeaders();
    this.heartbeat = setInterval(() => this.write(': heartbeat\n\n'), HEARTBEAT_INTERVAL).unref();
    this.raw.once('close', () => clearInterval(this.heartbeat));
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

  /** Calls back when the client has left or the stream has ended. */
  onClose(callback: () => void): void {
    if (this.raw.closed) callback();
    else this.raw.once('close', callback);
  }

  private write(text: string): void {
    if (this.hasEnded) return;
    if (this.isAllowed()) this.raw.write(text);
    else this.end();
  }

  private isAllowed(): boolean {
    try {
      this.operator?.check(this.reply.request);
      return true;
    } catch {
      return false;
    }
  }
}

const asText = ({ event, data, id }: ServerSentEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
