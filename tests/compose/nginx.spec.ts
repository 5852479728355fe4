import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '@waybill/testing';
import { anOrder, endpoints, order, place, post, untilOrder } from '../shop.js';
import { compose, docker, up } from './compose.js';

const MINUTES = 60_000;

afterAll(() => up(), 2 * MINUTES);

/** What nginx responds to these bytes. */
function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(endpoints().orderApi);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  return text(socket);
}

describe('nginx before order-api', () => {
  // With a connection of its own for each request, so that nothing but nginx chooses the copy.
  const startOfCopy = async () => {
    const response = await fetch(`${endpoints().orderApi}/metrics`, { headers: { connection: 'close' } });
    return /^process_start_time_seconds (\S+)$/m.exec(await response.text())?.[1];
  };

  it(
    'shares requests among the copies, and finds a new one by itself',
    async () => {
      await up('--scale', 'order-api=2');
      const seen = new Set<string | undefined>();
      await until('both copies have responded', async () => seen.add(await startOfCopy()).size === 2);
    },
    2 * MINUTES,
  );

  it(
    'passes orders to the other copy when one is killed: each is accepted once',
    async () => {
      await up('--scale', 'order-api=2');
      const [first] = (await compose('ps', '--quiet', 'order-api')).split('\n');
      const customerId = `cus_${crypto.randomUUID()}`;
      const placed = Array.from({ length: 20 }, () => place({ customerId }));
      await docker('kill', first!);
      placed.push(...Array.from({ length: 20 }, () => place({ customerId })));
      const orderIds = await Promise.all(placed);

      const response = await fetch(`${endpoints().orderApi}/orders?customerId=${customerId}&limit=100`);
      const { items } = (await response.json()) as { items: { orderId: string }[] };
      expect(items.map(({ orderId }) => orderId).sort()).toEqual(orderIds.sort());
    },
    3 * MINUTES,
  );

  it(
    'passes events on as they come, and the answer of a long poll',
    async () => {
      const orderId = await place({ paymentToken: 'tok_slow' });
      const response = await fetch(`${endpoints().orderApi}/orders/${orderId}/events`);
      const reader = response.body!.getReader();
      const { value } = await reader.read();
      expect(Buffer.from(value!).toString()).toContain('PENDING');
      expect((await order(orderId)).terminal).toBe(false);
      await reader.cancel();
      await untilOrder(orderId, 'CONFIRMED');
    },
    2 * MINUTES,
  );

  it(
    'responds 503 with Retry-After by itself while there is no copy',
    async () => {
      await compose('stop', 'order-api');
      const response = await post(anOrder());
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 503, title: 'Service Unavailable' });
    },
    2 * MINUTES,
  );

  it.each([
    [400, 'GET /%zz HTTP/1.1'],
    [400, 'GET /%00 HTTP/1.1'],
    [400, '\x16\x03\x01'],
    [404, 'GET /nginx/400 HTTP/1.1'],
    [405, 'TRACE /orders HTTP/1.1'],
    [414, `GET /${'a'.repeat(40_000)} HTTP/1.1`],
    [501, 'POST /orders HTTP/1.1\r\nTransfer-Encoding: gzip'],
    [505, 'GET /orders HTTP/3.1'],
  ])('responds %i by itself, with a problem and the security headers, to %j', async (status, head) => {
    const [statusLine, ...rest] = (await raw(`${head}\r\nHost: shop\r\nConnection: close\r\n\r\n`)).split('\r\n');
    expect(statusLine).toContain(` ${status} `);
    expect(JSON.parse(rest.at(-1)!)).toMatchObject({ status, title: expect.any(String) });
    const headers = [
      'Content-Type: application/problem+json',
      'X-Content-Type-Options: nosniff',
      'X-Frame-Options: DENY',
    ];
    expect(rest).toEqual(expect.arrayContaining(headers));
  });
});
