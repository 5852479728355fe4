import { CHARGE, RunningProvider } from './provider.fixture.js';

let provider: RunningProvider;
beforeEach(async () => {
  provider = await RunningProvider.start({ SLOW_AFTER: '300ms' });
});
afterEach(() => provider.remove());

describe('a charge', () => {
  it('is made and recorded in the ledger', async () => {
    const { status, body } = await provider.charge('key');

    expect(status).toBe(201);
    const { token: _, ...charge } = CHARGE;
    expect(body).toEqual({
      ...charge,
      type: 'charge',
      chargeKey: expect.any(String),
      id: expect.any(String),
      at: expect.any(String),
    });
    expect(await provider.ledger('?orderId=order-1')).toEqual({ items: [body], nextCursor: null });
    expect(await provider.ledger('?orderId=another')).toEqual({ items: [], nextCursor: null });
  });

  it('is listed for its order, also by a UUID in capitals', async () => {
    const orderId = crypto.randomUUID();
    const { body } = await provider.charge('key', { orderId });
    expect(await provider.ledger(`?orderId=${orderId.toUpperCase()}`)).toEqual({ items: [body], nextCursor: null });
  });

  it('is made once however often it is repeated with the same key, with the same response', async () => {
    const first = await provider.charge('key');
    const again = await provider.charge('key');

    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(await provider.ledgerTypes()).toEqual(['charge']);
  });

  it.each(['tok_ok', 'tok_slow'])(
    'is made once for twenty concurrent requests with the same key and %s',
    async (token) => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => provider.charge('key', { token })));

      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await provider.ledgerTypes()).toEqual(['charge']);
    },
  );

  it.each([{ amount: 1 }, { currency: 'USD' }, { orderId: 'order-2' }, { token: 'tok_slow' }])(
    'with a key that was used for another payload is refused: %j',
    async (change) => {
      await provider.charge('key');

      expect((await provider.charge('key', change)).status).toBe(422);
      expect(await provider.ledgerTypes()).toEqual(['charge']);
    },
  );
});

describe('a token', () => {
  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_nonsense', 'invalid_token'],
  ])('%s is refused with 402 %s each time', async (token, code) => {
    for (let n = 0; n < 2; n++) {
      const { status, body, headers } = await provider.charge('key', { token });
      expect({ status, code: body.code }).toEqual({ status: 402, code });
      expect(headers.get('content-type')).toContain('application/problem+json');
    }
    expect((await provider.charge('key')).status).toBe(422); // a refused key is no blank key
    expect(await provider.ledgerTypes()).toEqual([]);
  });

  it.each([
    ['tok_flaky', 503, null],
    ['tok_rate_limited', 429, '1'],
  ])('%s is rejected twice for a key, then charges', async (token, status, retryAfter) => {
    for (let n = 0; n < 2; n++) {
      const rejected = await provider.charge('key', { token });
      expect(rejected.status).toBe(status);
      expect(rejected.headers.get('retry-after')).toBe(retryAfter);
    }
    expect((await provider.charge('key', { token })).status).toBe(201);
    expect((await provider.charge('another-key', { token })).status).toBe(status);
    expect(await provider.ledgerTypes()).toEqual(['charge']);
  });

  it('tok_lost_reply charges and closes the connection; the retry gets the same charge', async () => {
    await expect(provider.charge('key', { token: 'tok_lost_reply' })).rejects.toThrow();
    const retry = await provider.charge('key', { token: 'tok_lost_reply' });

    expect(retry.status).toBe(200);
    expect((await provider.ledger()).items).toEqual([retry.body]);
  });

  it('tok_unavailable never charges', async () => {
    for (let n = 0; n < 4; n++) expect((await provider.charge('key', { token: 'tok_unavailable' })).status).toBe(503);
    expect(await provider.ledgerTypes()).toEqual([]);
  });

  it('tok_slow takes SLOW_AFTER', async () => {
    const start = performance.now();
    expect((await provider.charge('key', { token: 'tok_slow' })).status).toBe(201);
    expect(performance.now() - start).toBeGreaterThanOrEqual(290);
  });
});
