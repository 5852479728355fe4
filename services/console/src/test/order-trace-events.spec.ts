import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import type { Trace } from '../orders/trace.js';
import { TracingConsole } from './order-trace.fixture.js';

let system: TracingConsole;
beforeEach(async () => {
  system = await TracingConsole.start();
});
afterEach(() => system.stop());

/** What a client has received so far. */
class Follower {
  readonly traces: Trace[] = [];
  hasEnded = false;
  private readonly leaving = new AbortController();

  static async of(orderId: string): Promise<Follower> {
    const follower = new Follower();
    const { signal } = follower.leaving;
    const headers = { authorization: 'Bearer let-me-in' };
    const response = await system.get(`/orders/${orderId}/trace/events`, { signal, headers });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    follower.receive(response.body!).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
    return follower;
  }

  private async receive(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let text = '';
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      const events = (text + part).split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const data = /^event: trace\ndata: (.*)$/m.exec(event)?.[1];
        if (data) this.traces.push(JSON.parse(data));
        if (event.startsWith('id: end\nevent: end')) this.hasEnded = true;
      }
    }
  }

  untilShown(what: string): Promise<unknown> {
    return until(`${what} is shown`, () => this.traces.at(-1)?.entries.some((entry) => entry.what === what));
  }

  leave(): void {
    this.leaving.abort();
  }
}

describe('following an order', () => {
  it('shows its states and events as they happen, and ends when nothing more comes', async () => {
    const { order } = system;
    const follower = await Follower.of(order.orderId);
    await follower.untilShown('PENDING');
    order.move('CONFIRMED');
    await follower.untilShown('CONFIRMED');
    await system.console.kafka.publish(OrderConfirmed, { orderId: order.orderId } as OrderConfirmed);
    await follower.untilShown(OrderConfirmed.type);
    expect(follower.hasEnded).toBe(false);

    order.move('DELIVERED');
    await until('the stream ends', () => follower.hasEnded);
    expect(follower.traces.at(-1)).toMatchObject({ status: 'DELIVERED', missing: [] });
  }, 90_000);

  it('asks nobody once its client has left', async () => {
    const { order, services } = system;
    const follower = await Follower.of(order.orderId);
    await follower.untilShown('PENDING');
    expect(order.followers.size).toBe(1);
    follower.leave();
    await until('order-api has no follower', () => order.followers.size === 0);
    const requests = services.requests.length;
    order.move('CONFIRMED');
    const next = await system.get(`/orders/${order.orderId}/trace`);
    expect(next.status).toBe(200);
    const ofThisOne = services.requests.slice(requests).filter((request) => request.includes('/shipments'));
    expect(ofThisOne).toHaveLength(1);
  });

  it('is answered with 204 to a client that has seen the end, and with 404 for an unknown order', async () => {
    const headers = { authorization: 'Bearer let-me-in', 'last-event-id': 'end' };
    expect((await system.get(`/orders/${system.order.orderId}/trace/events`, { headers })).status).toBe(204);
    expect((await system.get(`/orders/${crypto.randomUUID()}/trace/events`)).status).toBe(404);
  });
});
