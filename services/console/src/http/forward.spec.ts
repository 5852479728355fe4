import type { ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FakeHttpServer, until } from '@waybill/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { forwardToProcesses } from './forward.js';

let upstream: FakeHttpServer;
let server: FastifyInstance;
let url: string;
/** Streams of the process that are open. */
const streams = new Set<ServerResponse>();
beforeEach(async () => {
  upstream = await FakeHttpServer.start({
    'GET /events': (_, response) => {
      streams.add(response);
      response.once('close', () => streams.delete(response));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    },
  });
  server = fastify({ forceCloseConnections: 'idle' });
  Object.assign(server.server, { httpAllowHalfOpen: true });
  const app = {
    getHttpAdapter: () => ({ getInstance: () => server }),
    get: () => ({ check: () => {} }),
  } as unknown as NestFastifyApplication;
  forwardToProcesses(app, new Map([['parcels', upstream.url]]), 'token');
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await server.close();
  await upstream.stop();
});

async function openStream(): Promise<AbortController> {
  const leave = new AbortController();
  const response = await fetch(`${url}/api/parcels/events`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(streams.size).toBe(1);
  return leave;
}

describe('an event stream that is forwarded', () => {
  it('ends at its process when the client leaves', async () => {
    const leave = await openStream();
    leave.abort();
    await until('it has ended', () => streams.size === 0);
  });

  it('keeps no console from stopping', async () => {
    await openStream();
    await server.close();
    await until('it has ended', () => streams.size === 0);
  });
});
