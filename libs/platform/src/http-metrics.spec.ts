import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { until } from '@waybill/testing';
import { type Histogram, register } from 'prom-client';
import { startThings } from './http-app.fixture.js';

let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  const things = await startThings();
  app = things.app;
  url = `http://127.0.0.1:${things.port}`;
});
afterAll(() => app.close());

/** `method route status` of every series, with its number of requests. */
async function counted() {
  const { values } = await (register.getSingleMetric('waybill_http_request_seconds') as Histogram).get();
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  return Object.fromEntries(
    counts.map(({ labels: { method, route, status }, value }) => [`${method} ${route} ${status}`, value]),
  );
}

describe('the requests of a process', () => {
  it('are measured by route and status, and nothing that a client makes up is a label', async () => {
    await fetch(`${url}/things`);
    await fetch(`${url}/things/one`);
    await fetch(`${url}/things/two`);
    await fetch(`${url}/things?limit=11`);
    await fetch(`${url}/made-up`);
    await fetch(`${url}/made-up-too`, { method: 'PATCH' });
    await until('all are counted', async () => (await counted())['any none 404'] === 2);
    expect(await counted()).toEqual({
      'GET /things 200': 1,
      'GET /things 400': 1,
      'GET /things/:id 200': 2,
      'any none 404': 2,
    });
  });
});
