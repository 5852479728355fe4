import { endpoints, type Order, outcomeOf, place, untilOrder } from '../shop.js';
import { get } from '../system/running-system.js';

interface ServerSentEvent {
  id: string;
  data: { orderId: string; status: string; terminal: boolean; at: string };
}

/** Reads an order's events until the server ends the stream. */
async function follow(orderId: string, lastEventId?: string): Promise<ServerSentEvent[]> {
  const response = await fetch(`${endpoints().orderApi}/orders/${orderId}/events`, {
    headers: lastEventId ? { 'last-event-id': lastEventId } : {},
    signal: AbortSignal.timeout(60_000),
  });
  const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('id: '));
  return blocks.map((block) => {
    const [, id, event, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block)!;
    expect(event).toBe('status');
    return { id: id!, data: JSON.parse(data!) };
  });
}

describe('a client that follows an order', () => {
  it('receives each of its states as an event, until the last', async () => {
    const orderId = await place();
    const events = await follow(orderId);

    expect(events.map(({ data }) => data.status)).toEqual([
      'PENDING',
      'RESERVED',
      'PAID',
      'CONFIRMED',
      'SHIPPED',
      'DELIVERED',
    ]);
    expect(events[3]?.data).toEqual({ orderId, status: 'CONFIRMED', terminal: true, at: expect.any(String) });
  });

  it('continues after the last event that it received', async () => {
    const orderId = await place();
    const all = await follow(orderId);
    expect(await follow(orderId, all[2]!.id)).toEqual(all.slice(3));
  });

  it('gets a 204 when nothing more will happen', async () => {
    const orderId = await place({ paymentToken: 'tok_declined' });
    const events = await follow(orderId);
    const response = await fetch(`${endpoints().orderApi}/orders/${orderId}/events`, {
      headers: { 'last-event-id': events.at(-1)!.id },
    });
    expect(response.status).toBe(204);
  });

  it('gets the next state at once, not when the seconds have passed', async () => {
    const orderId = await place({ paymentToken: 'tok_slow' });
    await untilOrder(orderId, 'RESERVED');
    const start = performance.now();
    const next = await get<Order>(`${endpoints().orderApi}/orders/${orderId}/status?wait=30`);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(['PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED']).toContain(next.status);
  });

  it('gets the unchanged state when nothing happens within the seconds', async () => {
    const orderId = await place({ paymentToken: 'tok_slow' });
    await untilOrder(orderId, 'RESERVED');
    const { status } = await get<Order>(`${endpoints().orderApi}/orders/${orderId}/status?wait=0.2`);
    expect(status).toBe('RESERVED');
    await outcomeOf(orderId);
  });
});

describe('the list of orders', () => {
  it('shows the orders of a customer page by page, newest first, each once', async () => {
    const customerId = `cus_${crypto.randomUUID()}`;
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) placed.push(await place({ customerId }));

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `customerId=${customerId}&limit=2${cursor && `&cursor=${cursor}`}`;
      const page: { items: Order[]; nextCursor: string | null } = await get(`${endpoints().orderApi}/orders?${query}`);
      seen.push(...page.items.map(({ orderId }) => orderId));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(placed.toReversed());
  });
});
