import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChargeRequest } from '@waybill/contracts';
import { TcpProxy } from '@waybill/testing';
import { aCharge, PaymentHarness } from './payment.fixture.js';

let harness: PaymentHarness;
let proxy: TcpProxy;
beforeAll(async () => {
  harness = await PaymentHarness.start();
  const { hostname: host, port } = new URL(harness.provider.url);
  proxy = await TcpProxy.to({ host, port: Number(port) });
});
afterAll(async () => {
  await proxy.close();
  await harness.stop();
});

/** Runs a step in a process that is killed once the provider's ledger shows its effect and before it was recorded. */
async function killedDuring(step: 'charge' | 'refund', request: ChargeRequest, ledger: string[]): Promise<void> {
  proxy.holdResponses();
  const args = [step, JSON.stringify(request), harness.server.url, `http://127.0.0.1:${proxy.port}`];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'payment-step.fixture.js'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exit = once(child, 'exit');
  await harness.provider.untilLedger(request.orderId, ledger);
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
  proxy.restore();
}

const CHARGED = 'waybill.PaymentCharged.v1';
const REFUNDED = 'waybill.PaymentRefunded.v1';

describe('a process that is killed when the provider has charged and nothing is recorded', () => {
  it('leaves a charge that the next try records, once', async () => {
    const request = aCharge();
    await killedDuring('charge', request, ['charge 4200']);
    expect(await harness.rows(request)).toEqual([]);

    expect(await harness.charge(request)).toMatchObject({ outcome: 'charged' });
    expect(await harness.ledger(request)).toEqual(['charge 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED]);
  });

  it('leaves a charge that the refund records before itself', async () => {
    const request = aCharge();
    await killedDuring('charge', request, ['charge 4200']);
    await harness.refund(request);

    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED', 'refund SUCCEEDED']);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED]);
  });

  it('leaves a charge that goes back to a customer who was banned meanwhile', async () => {
    const request = aCharge({ customerId: 'cus_banned_after_kill' });
    await killedDuring('charge', request, ['charge 4200']);
    await harness.ban(request.customerId);

    expect(await harness.charge(request)).toEqual({ outcome: 'refused', reason: 'CUSTOMER_BANNED' });
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED, 'waybill.PaymentFailed.v1']);
  });
});

describe('a process that is killed when the provider has refunded and nothing is recorded', () => {
  it('leaves a refund that the next try records, once', async () => {
    const request = aCharge();
    await harness.charge(request);
    await killedDuring('refund', request, ['charge 4200', 'refund 4200']);
    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED']);

    await harness.refund(request);
    expect(await harness.rows(request)).toEqual(['charge SUCCEEDED', 'refund SUCCEEDED']);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED]);
  });

  it('leaves a charge that no retry takes again', async () => {
    const request = aCharge();
    await killedDuring('charge', request, ['charge 4200']);
    await killedDuring('refund', request, ['charge 4200', 'refund 4200']);

    await expect(harness.charge(request)).rejects.toMatchObject({ nonRetryable: true });
    await harness.refund(request);
    expect(await harness.ledger(request)).toEqual(['charge 4200', 'refund 4200']);
    expect(await harness.eventTypes(request)).toEqual([CHARGED, REFUNDED]);
  });
});
