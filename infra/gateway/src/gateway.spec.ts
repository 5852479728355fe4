import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { roundRobin } from './connect-to-any.js';
import { createGateway, type Gateway } from './gateway.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

/** A copy of a service on a loopback address of its own, all on the same port, as containers are. */
async function copy(address: string, port: number, onRequest: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  opened.push({ close: () => server.closeAllConnections() }, server);
  return server;
}

async function gatewayTo(addresses: string[], port: number): Promise<{ url: string; gateway: Gateway }> {
  const gateway = createGateway(roundRobin({ host: 'copies', port }, async () => addresses));
  await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => gateway.drain(0) });
  return { url: `http://127.0.0.1:${portOf(gateway.server)}`, gateway };
}

/** A connection of its own for each request, so that the next one may reach another copy. */
const ask = (url: string) => fetch(url, { headers: { connection: 'close' } });

describe('the gateway', () => {
  it('shares connections among the copies', async () => {
    const first = await copy('127.0.0.1', 0, (_, response) => response.end('first'));
    await copy('127.0.0.2', portOf(first), (_, response) => response.end('second'));
    const { url } = await gatewayTo(['127.0.0.1', '127.0.0.2'], portOf(first));

    const answers: string[] = [];
    for (let n = 0; n < 4; n++) answers.push(await (await ask(url)).text());
    expect(answers).toEqual(['first', 'second', 'first', 'second']);
  });

  it('goes on to the next copy where one accepts no connections', async () => {
    const only = await copy('127.0.0.2', 0, (_, response) => response.end('second'));
    const { url } = await gatewayTo(['127.0.0.1', '127.0.0.2'], portOf(only));

    for (let n = 0; n < 3; n++) expect(await (await ask(url)).text()).toBe('second');
  });

  it('answers 503 with Retry-After when there is no copy at all', async () => {
    const { url } = await gatewayTo([], 1);
    const response = await fetch(url, { method: 'POST', body: '{}' });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('passes events on as they come, not when the answer is complete', async () => {
    const server = await copy('127.0.0.1', 0, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const { url } = await gatewayTo(['127.0.0.1'], portOf(server));

    const reader = (await fetch(url)).body!.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value!).toString()).toBe('data: 1\n\n');
    await reader.cancel();
  });

  it('tells the copy when a client has gone', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<string>();
    const server = await copy('127.0.0.1', 0, (request) => request.socket.once('close', () => resolve('gone')));
    const { url } = await gatewayTo(['127.0.0.1'], portOf(server));

    const leaving = new AbortController();
    server.once('request', () => leaving.abort());
    await expect(fetch(url, { signal: leaving.signal })).rejects.toThrow();
    expect(await gone).toBe('gone');
  });

  it('finishes what is in hand before it stops', async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: stopping, resolve: isStopping } = Promise.withResolvers<void>();
    const server = await copy('127.0.0.1', 0, (_, response) => {
      isAsked();
      void stopping.then(() => response.end('done'));
    });
    const { url, gateway } = await gatewayTo(['127.0.0.1'], portOf(server));

    const answer = ask(url);
    await asked;
    const drained = gateway.drain(10_000);
    isStopping();
    expect(await (await answer).text()).toBe('done');
    await drained;
  });
});
