import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server whose responses a test chooses. It always is live (`GET /health/live`); what has no route is 404. */
export class FakeHttpServer {
  /** `METHOD /path?query` of each request, in order. */
  readonly requests: string[] = [];
  private readonly server: Server;

  private constructor(private readonly routes: Record<string, Route>) {
    this.server = createServer((request, response) => {
      const path = request.url!.split('?', 1)[0]!;
      this.requests.push(`${request.method} ${request.url}`);
      const route = this.routes[`${request.method} ${path}`];
      if (route) route(request, response);
      else jsonResponse(404, { title: 'Not found', status: 404 })(request, response);
    });
  }

  /** Routes by `METHOD /path`. */
  static async start(routes: Record<string, Route>): Promise<FakeHttpServer> {
    const fake = new FakeHttpServer({ 'GET /health/live': jsonResponse(200, { status: 'live' }), ...routes });
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Route {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** An empty page of a list. */
export const emptyList = jsonResponse(200, { items: [], nextCursor: null });

/** Each route once, in this order, then the last one for every further request. */
export function inSequence(...routes: Route[]): Route {
  let next = 0;
  return (request, response) => routes[Math.min(next++, routes.length - 1)]!(request, response);
}

/** Closes the connection without a response. */
export const hangUp: Route = (request) => void request.socket.destroy();
