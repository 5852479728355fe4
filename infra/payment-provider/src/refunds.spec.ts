import { RunningProvider } from './provider.fixture.js';

let provider: RunningProvider;
beforeEach(async () => {
  provider = await RunningProvider.start({ SLOW_AFTER: '300ms' });
});
afterEach(() => provider.remove());

describe('a refund', () => {
  it('refunds the whole charge, once', async () => {
    await provider.charge('key');
    const [first, ...others] = await Promise.all([
      provider.refund('key'),
      provider.refund('key'),
      provider.refund('key'),
    ]);

    expect(first.body).toMatchObject({ outcome: 'refunded', type: 'refund', orderId: 'order-1', amount: 4_200 });
    for (const { body } of others) expect(body).toEqual(first.body);
    expect(await provider.ledgerTypes()).toEqual(['charge', 'refund']);
  });

  it('of a key that was never charged stops any later charge with it', async () => {
    expect(await provider.refund('key')).toMatchObject({ status: 200, body: { outcome: 'voided' } });
    expect(await provider.refund('key')).toMatchObject({ status: 200, body: { outcome: 'voided' } });

    expect(await provider.charge('key')).toMatchObject({ status: 409, body: { code: 'voided' } });
    expect(await provider.ledgerTypes()).toEqual([]);
  });

  it('of a declined charge voids it', async () => {
    await provider.charge('key', { token: 'tok_declined' });

    expect((await provider.refund('key')).body).toEqual({ outcome: 'voided' });
    expect((await provider.charge('key', { token: 'tok_declined' })).status).toBe(409);
  });

  it('of a slow charge in flight stops it', async () => {
    const charging = provider.charge('key', { token: 'tok_slow' });
    const refund = await provider.refund('key');

    expect(refund.body).toEqual({ outcome: 'voided' });
    expect((await charging).status).toBe(409);
    expect(await provider.ledgerTypes()).toEqual([]);
  });

  it('of tok_refund_flaky fails ten times, also across a restart, and then refunds once', async () => {
    await provider.charge('key', { token: 'tok_refund_flaky' });
    for (let n = 0; n < 5; n++) expect((await provider.refund('key')).status).toBe(503);
    await provider.kill();
    provider = await provider.restart();
    for (let n = 0; n < 5; n++) expect((await provider.refund('key')).status).toBe(503);

    expect((await provider.refund('key')).status).toBe(201);
    expect(await provider.ledgerTypes()).toEqual(['charge', 'refund']);
  });

  it('racing with a charge never leaves money behind', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`);
    await Promise.all(keys.flatMap((key) => [provider.charge(key), provider.refund(key)]));

    const types = await provider.ledgerTypes();
    const count = (type: string) => types.filter((each) => each === type).length;
    expect(count('charge')).toBe(count('refund'));
  });

  it('of a charge for another order is rejected', async () => {
    await provider.charge('key');

    expect((await provider.refund('key', 'order-2')).status).toBe(422);
    expect(await provider.ledgerTypes()).toEqual(['charge']);
  });
});
