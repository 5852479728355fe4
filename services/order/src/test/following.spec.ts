import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type FreshDatabase, until } from '@waybill/testing';
import { type OrderApi, orderDatabase, place, startOrderApi } from './order-api.fixture.js';

let database: FreshDatabase;
let api: OrderApi;
beforeAll(async () => {
  database = await orderDatabase();
  api = await startOrderApi(database.url);
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

/** What the processor does when the stock is reserved. */
const reserve = (orderId: string) =>
  database.pool.query(
    `WITH moved AS (UPDATE orders SET status = 'RESERVED' WHERE order_id = $1 RETURNING *)
     INSERT INTO order_history (order_id, attempt, status, at) SELECT order_id, attempt, status, now() FROM moved`,
    [orderId],
  );

async function firstText(response: Response): Promise<string> {
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Buffer.from(value!).toString();
}

/** Sends a GET and closes this side of the connection; resolves with the response, which ends within the time. */
async function halfClosed(path: string): Promise<string> {
  const socket = connect(api.port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`);
  return textOf(socket);
}

/** All that the server sends until it closes the connection. */
async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  return text;
}

/** The newest query of requests that wait for an order. */
async function newestPoll(): Promise<string> {
  const { rows } = await database.pool.query(
    `SELECT max(query_start)::text AS at FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE '%unnest($1::uuid[]%' AND pid <> pg_backend_pid()`,
  );
  return rows[0].at;
}

describe('an order that is followed by its id in capitals', () => {
  it('is shown, and so is its status', async () => {
    const orderId = await place(api);
    for (const path of ['', '/status']) {
      const response = await api.call(`/orders/${orderId.toUpperCase()}${path}`);
      expect([response.status, await response.json()]).toMatchObject([200, { orderId }]);
    }
  });

  it('notifies the long poll', async () => {
    const orderId = await place(api);
    const response = api.call(`/orders/${orderId.toUpperCase()}/status?wait=20`);
    await until('it waits', newestPoll);
    await reserve(orderId);
    expect(await (await response).json()).toMatchObject({ orderId, status: 'RESERVED' });
  });

  it('notifies the stream', async () => {
    const orderId = await place(api);
    const { rows } = await database.pool.query('SELECT max(seq) AS seq FROM order_history');
    const response = await api.call(`/orders/${orderId.toUpperCase()}/events`, {
      headers: { 'last-event-id': rows[0].seq },
    });
    await reserve(orderId);
    expect(await firstText(response)).toContain(`"orderId":"${orderId}","status":"RESERVED"`);
  });
});

describe('a stream', () => {
  it('has its head at once when there is no event to send', async () => {
    const orderId = await place(api);
    const { rows } = await database.pool.query('SELECT max(seq) AS seq FROM order_history');
    const response = await api.call(`/orders/${orderId}/events`, {
      headers: { 'last-event-id': rows[0].seq },
      signal: AbortSignal.timeout(10_000),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await response.body!.cancel();
  });

  it('responds to HEAD with its head, and ends', async () => {
    const orderId = await place(api);
    const socket = connect(api.port, '127.0.0.1');
    socket.write(`HEAD /orders/${orderId}/events HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`);
    expect(await textOf(socket)).toMatch(/^HTTP\/1.1 200 .*content-type: text\/event-stream.*\r\n\r\n$/s);
  });
});

describe('a client', () => {
  it('that closes its side of the connection gets the current status of a long poll at once', async () => {
    expect(await halfClosed(`/orders/${await place(api)}/status?wait=30`)).toContain('"status":"PENDING"');
  });

  it('that closes its side of the connection gets the events so far', async () => {
    expect(await halfClosed(`/orders/${await place(api)}/events`)).toContain('"status":"PENDING"');
  });

  it.each(['events', 'status?wait=60'])(
    'that leaves during the first query of %s is no longer waited for',
    async (path) => {
      const orderId = await place(api);
      const holder = await database.pool.connect();
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE order_history');
      const left = new AbortController();
      const response = api.call(`/orders/${orderId}/${path}`, { signal: left.signal });
      await until('its query waits', async () => {
        const { rowCount } = await holder.query(
          `SELECT FROM pg_locks WHERE NOT granted AND relation = 'order_history'::regclass`,
        );
        return rowCount! > 0;
      });
      left.abort();
      await expect(response).rejects.toThrow();
      await holder.query('COMMIT');
      holder.release();

      // Nobody waits for an order, so nothing is queried any more.
      let before = await newestPoll();
      await until('the queries end', async () => {
        const { rows } = await database.pool.query(`SELECT pg_sleep(0.3)`);
        const now = await newestPoll();
        const isQuiet = rows.length === 1 && now === before;
        before = now;
        return isQuiet;
      });
    },
  );
});
