import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '../shop.js';
import { clientGenerator, run } from './tools.js';

const MINUTES = 60_000;

/** What a program does with its generated client: it compiles only when the document says enough. */
const PROGRAMS = {
  orderApi: `
    const placed = await client.POST('/orders', {
      params: { header: { 'Idempotency-Key': 'k' } },
      body: { customerId: 'c', email: 'a@b.co', items: [{ sku: 's', quantity: 1 }], paymentToken: 't' },
    });
    const orderId: string | undefined = placed.data?.orderId;
    const wrong: string | undefined = placed.error?.title;
    const shown = await client.GET('/orders/{orderId}', { params: { path: { orderId: orderId ?? '' } } });
    const amount: number | undefined = shown.data?.total.amount;
    console.log(wrong, amount);`,
  deadLetters: `
    const list = await client.GET('/dead-letters', { params: { query: { status: 'waiting', limit: 10 } } });
    const id: string | undefined = list.data?.items[0]?.id;
    const done = await client.POST('/dead-letters/{id}/resubmit', {
      params: { path: { id: id ?? '' }, header: { 'X-Operator': 'ada' } },
      body: { body: { edited: true }, force: true },
    });
    console.log(done.data?.version);`,
  inventory: `
    const { data } = await client.GET('/products/{sku}', { params: { path: { sku: 's' } } });
    console.log(data?.available);`,
  payment: `
    const { data } = await client.GET('/payments', { params: { query: { orderId: 'o' } } });
    console.log(data?.items[0]?.amount);`,
  email: `
    const { data } = await client.GET('/emails', { params: { query: { orderId: 'o' } } });
    console.log(data?.items[0]?.messageId);`,
  analytics: `
    const { data } = await client.GET('/analytics/summary');
    console.log(data?.revenue.amount);`,
};

let generator: string;
let folder: string;
beforeAll(() => {
  generator = clientGenerator();
  folder = mkdtempSync(join(tmpdir(), 'waybill-clients-'));
  symlinkSync(join(generator, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 10 * MINUTES);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(Object.entries(PROGRAMS))(
  'a client generated from the OpenAPI document of %s compiles',
  (service, program) => {
    const url = endpoints()[service as keyof typeof PROGRAMS];
    const bin = (name: string) => join(generator, 'node_modules', '.bin', name);
    run(bin('openapi-typescript'), `${url}/openapi.json`, '--output', join(folder, `${service}.d.ts`));
    const source = join(folder, `${service}.program.ts`);
    writeFileSync(
      source,
      `import createClient from 'openapi-fetch';
       import type { paths } from './${service}.js';
       const client = createClient<paths>({ baseUrl: '${url}' });${program}`,
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom'];
    run(bin('tsc'), ...options, source);
  },
  5 * MINUTES,
);
