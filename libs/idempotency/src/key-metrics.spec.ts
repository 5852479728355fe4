import { register } from 'prom-client';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { Service } from './transactions.fixture.js';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const accepted = async () => ({ status: 202, headers: {}, body: Buffer.from('{}') });

describe('requests with a key', () => {
  it('are counted by what came of them; those without a key are not', async () => {
    const keys = new PostgresIdempotencyKeys({ wait: 50 });
    const request = (key: string | undefined, fingerprint = 'a') => ({ scope: 'POST /orders', key, fingerprint });
    await keys.once(service, request('k1'), accepted);
    await keys.once(service, request('k1'), accepted);
    await keys.once(service, request(undefined), accepted);
    await expect(keys.once(service, request('k1', 'b'), accepted)).rejects.toThrow('another payload');
    const failing = () => Promise.reject(new Error('a bug'));
    await expect(keys.once(service, request('k2'), failing)).rejects.toThrow('a bug');
    await keys.once(service, request('k3'), async () => {
      await expect(keys.once(service, request('k3'), accepted)).rejects.toThrow('in flight');
      return accepted();
    });

    const { values } = await register.getSingleMetric('waybill_idempotency_requests_total')!.get();
    const counts = Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
    expect(counts).toEqual({ first: 2, replayed: 1, reused: 1, failed: 1, in_flight: 1 });
  });
});
