import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server that answers as a test says: the order services from where a command stands. */
export class FakeSystem {
  /** `METHOD /path` of each request, in order. */
  readonly requests: string[] = [];
  private readonly server: Server;

  private constructor(private readonly routes: Record<string, Route>) {
    this.server = createServer((request, response) => {
      const path = request.url!.split('?', 1)[0]!;
      this.requests.push(`${request.method} ${request.url}`);
      const route = this.routes[`${request.method} ${path}`];
      if (route) route(request, response);
      else json(404, { title: 'There is no such thing', status: 404 })(request, response);
    });
  }

  static async start(routes: Record<string, Route>): Promise<FakeSystem> {
    const system = new FakeSystem({ 'GET /health/live': json(200, { status: 'live' }), ...routes });
    await new Promise<void>((resolve) => system.server.listen(0, '127.0.0.1', resolve));
    return system;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Route {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** One answer after the other; the last one for ever. */
export function inTurn(...routes: Route[]): Route {
  let next = 0;
  return (request, response) => routes[Math.min(next++, routes.length - 1)]!(request, response);
}

/** The connection breaks without an answer. */
export const hangUp: Route = (request) => void request.socket.destroy();

/** Events of an order, then the connection ends, or breaks when `cut`. */
export function events(states: { id: number; status: string; reason?: string }[], cut = false): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = states.map(({ id, ...state }) => {
      const terminal = !['PENDING', 'RESERVED', 'PAID'].includes(state.status);
      return `id: ${id}\nevent: status\ndata: ${JSON.stringify({ orderId: 'o', terminal, ...state })}\n\n`;
    });
    response.write(text.join(''), () => cut && response.socket?.destroy());
    if (!cut) response.end();
  };
}

/** An empty list of anything. */
export const emptyList = json(200, { items: [], nextCursor: null });
