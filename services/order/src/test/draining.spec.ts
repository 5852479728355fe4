import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { type FreshDatabase, until } from '@waybill/testing';
import { ApiProcess } from './api-process.fixture.js';
import { orderDatabase, placing } from './order-api.fixture.js';

let database: FreshDatabase;
let api: ApiProcess;
beforeAll(async () => {
  database = await orderDatabase();
});
beforeEach(async () => {
  api = await ApiProcess.start('order-api', database.url, { DRAIN_DELAY: '1500ms' });
});
afterEach(() => api.kill());
afterAll(() => database.drop());

const isReady = async () => (await fetch(`${api.url}/health/ready`)).status;

describe('order-api that is told to stop', () => {
  it('is not ready for a moment before it refuses connections, and serves what arrives meanwhile', async () => {
    const exit = api.terminate();
    await until('it is not ready', async () => (await isReady()) === 503);
    const response = await fetch(`${api.url}/orders`, placing());
    expect([response.status, response.headers.get('connection')]).toEqual([202, 'close']);
    expect(await exit).toBe(0);
    await expect(fetch(`${api.url}/health/live`)).rejects.toThrow();
  });

  it('exits within seconds though a client has opened a connection and sent nothing', async () => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const started = performance.now();
    expect(await api.terminate()).toBe(0);
    expect(performance.now() - started).toBeLessThan(6_000);
  });

  it('exits within seconds though clients keep waiting for orders on connections that they have open', async () => {
    const response = await fetch(`${api.url}/orders`, placing());
    const { orderId } = (await response.json()) as { orderId: string };
    const path = `/orders/${orderId}/status?wait=30`;
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const status = () =>
      new Promise<number>((resolve, reject) => {
        get(`${api.url}${path}`, { agent }, (message: IncomingMessage) => {
          message.resume().on('end', () => resolve(message.statusCode!));
        }).on('error', reject);
      });
    let stopped = false;
    const poll = async (): Promise<number[]> => {
      const seen: number[] = [];
      while (!stopped) seen.push(await status().catch(() => 0));
      return seen;
    };
    const polls = Array.from({ length: 20 }, poll);

    const started = performance.now();
    expect(await api.terminate()).toBe(0);
    expect(performance.now() - started).toBeLessThan(6_000);
    stopped = true;
    const seen = new Set((await Promise.all(polls)).flat());
    expect([...seen].filter((code) => code !== 200 && code !== 0)).toEqual([]);
    agent.destroy();
  });
});
