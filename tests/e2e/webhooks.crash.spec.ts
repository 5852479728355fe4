import { outcomeOf, place } from '../shop.js';
import { kill, untilReady } from '../system/processes.js';
import { WebhookReceiver } from '../webhook-receiver.js';

/** At ten seconds each, one after the other would take longer than an order may. */
const WEBHOOKS = 5;

describe('webhooks in flight when their process is killed', () => {
  it('are sent again with the same id, and orders do not wait for receivers that never answer', async () => {
    const receiver = await WebhookReceiver.start();
    receiver.answer = () => 0;
    const failing = { callbackUrl: receiver.url, paymentToken: 'tok_declined' };
    const orderIds = await Promise.all(Array.from({ length: WEBHOOKS }, () => place(failing)));
    for (const orderId of orderIds) await receiver.untilAbout(orderId, 1);

    await kill('order-processor');
    await untilReady('order-processor');
    expect(await outcomeOf(await place(), '20s')).toMatchObject({ terminal: true });

    for (const orderId of orderIds) {
      const webhooks = await receiver.untilAbout(orderId, 2);
      expect(new Set(webhooks.map(({ id }) => id)).size).toBe(1);
    }
    await receiver.stop();
  }, 180_000);
});
