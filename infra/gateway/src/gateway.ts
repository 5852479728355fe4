import { createServer, type Server, type Socket } from 'node:net';

/** Every error of the API is a problem (RFC 9457), this one too. */
const BODY = JSON.stringify({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail: 'no copy of the service accepts connections',
});
const UNAVAILABLE = [
  'HTTP/1.1 503 Service Unavailable',
  'content-type: application/problem+json',
  `content-length: ${Buffer.byteLength(BODY)}`,
  'retry-after: 1',
  'connection: close',
  '',
  BODY,
].join('\r\n');

export interface Gateway {
  server: Server;
  /** Takes no more connections; resolves when those there are have ended, or are ended after so many milliseconds. */
  drain(within: number): Promise<void>;
}

/**
 * Passes each connection on to one of the copies, as bytes: server-sent events and long polls go through as they are.
 * Not yet listening.
 */
export function createGateway(connectToAny: () => Promise<Socket | undefined>): Gateway {
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.on('error', () => {});
    void connectToAny().then((copy) => (copy ? join(client, copy) : refuse(client)));
  });
  return {
    server,
    drain(within) {
      const late = setTimeout(() => {
        for (const client of clients) client.destroy();
      }, within);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
      });
    },
  };
}

/** Until one side breaks off; the other hears of it, so that order-api stops waiting for who has gone. */
function join(client: Socket, copy: Socket): void {
  if (client.destroyed) return void copy.destroy();
  client.pipe(copy);
  copy.pipe(client);
  client.once('close', () => copy.destroy());
  copy.once('close', () => client.destroySoon());
}

/** An answer before the question would confuse the client. */
function refuse(client: Socket): void {
  client.once('data', () => client.end(UNAVAILABLE));
  client.once('end', () => client.end());
}
