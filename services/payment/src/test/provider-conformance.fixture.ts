import type { ChargeOrder, LedgerEntry, PaymentProvider } from '../provider/payment-provider.js';

/** What a suite needs of a provider under test. */
export interface ProviderUnderTest {
  readonly provider: PaymentProvider;
  /** Tokens whose charge succeeds, and is declined. */
  readonly goodToken: string;
  readonly declinedToken: string;
  /** The next charge takes effect, and its answer never arrives. */
  loseNextCharge(): void;
  stop(): Promise<void>;
}

/** What use cases rely on, whoever the provider is. */
export function describeProvider(name: string, start: () => Promise<ProviderUnderTest>): void {
  describe(`${name}, as every payment provider,`, () => {
    let tested: ProviderUnderTest;
    beforeAll(async () => {
      tested = await start();
    });
    afterAll(() => tested.stop());

    const anOrder = (changes: Partial<ChargeOrder> = {}): ChargeOrder => {
      const orderId = crypto.randomUUID();
      const begun = { amount: 4_200, currency: 'EUR', at: new Date() };
      return { key: `${orderId}-1`, orderId, begun, token: tested.goodToken, ...changes };
    };
    const ledgerOf = async (orderId: string) => (await tested.provider.ledger({ orderId })).entries;
    const typesOf = async (orderId: string) => (await ledgerOf(orderId)).map(({ type }) => type);

    it('charges once, however often it is repeated', async () => {
      const order = anOrder();
      const first = await tested.provider.charge(order);
      expect(first).toEqual({ outcome: 'charged', id: expect.any(String) });
      expect(await tested.provider.charge(order)).toEqual(first);
      expect(await ledgerOf(order.orderId)).toEqual([
        expect.objectContaining({
          type: 'charge',
          chargeKey: order.key,
          orderId: order.orderId,
          amount: 4_200,
          currency: 'EUR',
          id: (first as { id: string }).id,
        }),
      ]);
    });

    it('charges once when ten try concurrently', async () => {
      const order = anOrder();
      const results = await Promise.all(Array.from({ length: 10 }, () => tested.provider.charge(order)));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await typesOf(order.orderId)).toEqual(['charge']);
    });

    it('tells of a charge whose answer was lost when it is repeated', async () => {
      const order = anOrder();
      tested.loseNextCharge();
      await expect(tested.provider.charge(order)).rejects.toThrow('did not respond');
      expect(await tested.provider.charge(order)).toMatchObject({ outcome: 'charged' });
      expect(await typesOf(order.orderId)).toEqual(['charge']);
    });

    it('declines for good: no later try succeeds', async () => {
      const order = anOrder({ token: tested.declinedToken });
      expect(await tested.provider.charge(order)).toEqual({ outcome: 'declined' });
      expect(await tested.provider.charge(order)).toEqual({ outcome: 'declined' });
      expect(await tested.provider.refund(order)).toEqual({ outcome: 'voided' });
      expect(await ledgerOf(order.orderId)).toEqual([]);
    });

    it('refunds the whole charge, once', async () => {
      const order = anOrder();
      const charge = await tested.provider.charge(order);
      const [first, ...others] = await Promise.all([1, 2, 3].map(() => tested.provider.refund(order)));
      expect(first).toMatchObject({ outcome: 'refunded', amount: 4_200, currency: 'EUR' });
      expect(first).toMatchObject({ chargeId: (charge as { id: string }).id });
      for (const other of others) expect(other).toMatchObject({ ...first });
      const entries = await ledgerOf(order.orderId);
      expect(entries.map(({ type, chargeKey }) => ({ type, chargeKey }))).toEqual([
        { type: 'charge', chargeKey: order.key },
        { type: 'refund', chargeKey: order.key },
      ]);
    });

    it('stops a charge whose refund comes first', async () => {
      const order = anOrder();
      expect(await tested.provider.refund(order)).toEqual({ outcome: 'voided' });
      expect(await tested.provider.charge(order)).toEqual({ outcome: 'voided' });
      expect(await ledgerOf(order.orderId)).toEqual([]);
    });

    it('leaves no money behind when charges and refunds race', async () => {
      const orders = Array.from({ length: 20 }, () => anOrder());
      await Promise.all(orders.flatMap((order) => [tested.provider.charge(order), tested.provider.refund(order)]));
      for (const { orderId } of orders) {
        const types = await typesOf(orderId);
        expect([[], ['charge', 'refund']]).toContainEqual(types);
      }
    });

    it('lists everything since a time, page by page', async () => {
      const order = anOrder();
      const since = new Date(Date.now() - 1_000);
      await tested.provider.charge(order);
      await tested.provider.refund(order);
      const entries: LedgerEntry[] = [];
      let cursor: string | undefined;
      do {
        const page = await tested.provider.ledger({ since, ...(cursor && { cursor }) });
        entries.push(...page.entries);
        cursor = page.nextCursor;
      } while (cursor);
      const types = entries.filter(({ orderId }) => orderId === order.orderId).map(({ type }) => type);
      expect(types.sort()).toEqual(['charge', 'refund']);
      expect(await tested.provider.ledger({ since: new Date(Date.now() + 60_000) })).toMatchObject({ entries: [] });
    });
  });
}
