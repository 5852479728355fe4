import { join } from 'node:path';
import { runScript } from '@waybill/testing';
import { outcomeOf, place, untilOrder } from '../shop.js';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'infra', 'shop-cli', 'dist', 'main.trace.js');

async function trace(orderId: string): Promise<{ source: string; what: string }[]> {
  const args = [orderId, '--json', '--endpoints', process.env.WAYBILL_ENDPOINTS!];
  const { stdout, stderr, code } = await runScript(SCRIPT, args);
  expect({ code, stderr: stderr.replaceAll(/.*(Timeout|trace-warnings).*\n/g, '') }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).entries;
}

describe('npm run order:trace', () => {
  it('shows the whole way of an order, from every service, topic and the saga', async () => {
    const orderId = await place();
    await untilOrder(orderId, 'DELIVERED');
    const entries = await trace(orderId);
    const of = (wanted: string) =>
      entries.filter(({ source }) => source === wanted).map(({ what }) => what.replace(/\.v\d+$/, ''));
    expect(of('order')).toEqual(['PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED']);
    const created = ['OrderCreated', 'OrderConfirmed', 'OrderShipped', 'OrderDelivered'].map(
      (name) => `waybill.${name}`,
    );
    expect(of('orders.events').slice(0, 3)).toEqual(created.slice(0, 3));
    expect(of('inventory.events')).toContain('waybill.InventoryReserved');
    expect(of('payments.events')).toEqual(['waybill.PaymentCharged']);
    expect(of('payment-provider')).toEqual(['charge in the ledger']);
    expect(of('email')).toContain('mail sent: order-confirmed');
    expect(of('inventory')).toEqual(['shipment created', 'shipment dispatched', 'shipment delivered']);
    if (process.env.SAGA !== 'choreography') expect(of('saga')).toContain('chargePayment done');
  });

  it('shows why an order failed', async () => {
    const orderId = await place({ paymentToken: 'tok_declined' });
    await outcomeOf(orderId);
    expect(await trace(orderId)).toContainEqual(
      expect.objectContaining({ source: 'order', what: 'FAILED', detail: 'PAYMENT_DECLINED' }),
    );
  });
});
