import { createApp } from '@waybill/platform/nest';
import { until } from '@waybill/testing';
import type { Config } from '../config.js';
import { PaymentModule } from '../payment.module.js';
import { aCharge, crashBeforeCommit, PaymentHarness, silent } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

async function started(changes: Partial<Config> = {}) {
  const app = await createApp(PaymentModule.with(harness.config(changes), silent), silent);
  await app.init();
  return app;
}
const withProvider = () => ({ PAYMENT_PROVIDER_URL: harness.provider.url });
const reconcile = (authorization: string, payload: object = {}) => ({
  method: 'POST' as const,
  url: '/reconciliations',
  headers: { authorization },
  payload,
});
async function leaveAChargeUnrecorded() {
  const request = aCharge();
  await expect(harness.charge(request, crashBeforeCommit)).rejects.toThrow('crashed');
  return request;
}

describe('POST /reconciliations', () => {
  it('reconciles for the operator and nobody else', async () => {
    const request = await leaveAChargeUnrecorded();
    const app = await started(withProvider());
    const refused = await app.inject(reconcile('Bearer somebody'));
    const dryRun = await app.inject(reconcile('Bearer operator', { repair: false }));
    const run = await app.inject(reconcile('Bearer operator', { days: 1 }));
    const metrics = (await app.inject('/metrics')).body;
    await app.close();

    expect(refused.statusCode).toBe(401);
    const finding = { kind: 'charge-not-recorded', orderId: request.orderId, attempt: 1, type: 'charge' };
    expect(dryRun.json()).toMatchObject({ entries: 1, payments: 0, findings: [{ ...finding, repaired: false }] });
    expect(run.json()).toMatchObject({ entries: 1, findings: [{ ...finding, repaired: true }] });
    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED']);
    expect(metrics).toContain('waybill_payment_reconciliation_repairs_total{kind="charge-not-recorded"} 1');
    expect(metrics).toContain('waybill_payment_reconciliation_findings{kind="charge-not-recorded"} 0');
  });

  it.each([[{ days: 0 }], [{ days: 'all' }], [{ repare: true }]])('rejects %j', async (payload) => {
    const app = await started(withProvider());
    const { statusCode } = await app.inject(reconcile('Bearer operator', payload));
    await app.close();
    expect(statusCode).toBe(400);
  });

  it('is 503 while the provider is unavailable', async () => {
    const app = await started();
    const { statusCode, body } = await app.inject(reconcile('Bearer operator'));
    await app.close();
    expect({ statusCode, body }).toEqual({ statusCode: 503, body: expect.stringContaining('did not respond') });
  });
});

describe('payment', () => {
  it('reconciles by itself', async () => {
    const request = await leaveAChargeUnrecorded();
    const app = await started({ ...withProvider(), RECONCILIATION_INTERVAL: 50 });
    await until('the charge is recorded', async () => (await harness.rows(request)).length === 1);
    await app.close();
    expect(await harness.eventTypes(request)).toEqual(['waybill.PaymentCharged.v1']);
  });
});
