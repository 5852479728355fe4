import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { roundRobin, type Target } from './connect-to-any.js';
import { createGateway, type Gateway } from './gateway.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const HOST = '127.0.0.1';

async function listening(server: Server | NetServer): Promise<Target> {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return { host: HOST, port: (server.address() as AddressInfo).port };
}

/** A copy of the service. */
async function copy(onRequest: RequestListener): Promise<Target & { server: Server }> {
  const server = createServer(onRequest);
  opened.push({ close: () => server.closeAllConnections() }, server);
  return { ...(await listening(server)), server };
}

/** A copy that has just gone. */
async function nobody(): Promise<Target> {
  const server = createServer();
  const address = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

async function gatewayTo(...copies: Target[]): Promise<{ url: string; gateway: Gateway }> {
  const gateway = createGateway(roundRobin(async () => copies));
  opened.push({ close: () => gateway.drain(0) });
  return { url: `http://${HOST}:${(await listening(gateway.server)).port}`, gateway };
}

/** A connection of its own for each request, so that the next one may reach another copy. */
const ask = (url: string) => fetch(url, { headers: { connection: 'close' } });

describe('the gateway', () => {
  it('shares connections among the copies', async () => {
    const first = await copy((_, response) => response.end('first'));
    const second = await copy((_, response) => response.end('second'));
    const { url } = await gatewayTo(first, second);

    const answers: string[] = [];
    for (let n = 0; n < 4; n++) answers.push(await (await ask(url)).text());
    expect(answers).toEqual(['first', 'second', 'first', 'second']);
  });

  it('goes on to the next copy where one accepts no connections', async () => {
    const second = await copy((_, response) => response.end('second'));
    const { url } = await gatewayTo(await nobody(), second);

    for (let n = 0; n < 3; n++) expect(await (await ask(url)).text()).toBe('second');
  });

  it('answers 503 with Retry-After when there is no copy at all', async () => {
    const { url } = await gatewayTo();
    const response = await fetch(url, { method: 'POST', body: '{}' });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('passes events on as they come, not when the answer is complete', async () => {
    const only = await copy((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const { url } = await gatewayTo(only);

    const reader = (await fetch(url)).body!.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value!).toString()).toBe('data: 1\n\n');
    await reader.cancel();
  });

  it('tells the copy when a client has gone', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<string>();
    const only = await copy((request) => request.socket.once('close', () => resolve('gone')));
    const { url } = await gatewayTo(only);

    const leaving = new AbortController();
    only.server.once('request', () => leaving.abort());
    await expect(fetch(url, { signal: leaving.signal })).rejects.toThrow();
    expect(await gone).toBe('gone');
  });

  it('finishes what is in hand before it stops', async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: stopping, resolve: isStopping } = Promise.withResolvers<void>();
    const only = await copy((_, response) => {
      isAsked();
      void stopping.then(() => response.end('done'));
    });
    const { url, gateway } = await gatewayTo(only);

    const answer = ask(url);
    await asked;
    const drained = gateway.drain(10_000);
    isStopping();
    expect(await (await answer).text()).toBe('done');
    await drained;
  });
});
