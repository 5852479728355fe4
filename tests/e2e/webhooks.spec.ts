import { cancel, order, outcomeOf, place, untilOrder } from '../shop.js';
import { deadLetter, operate } from '../system/running-system.js';
import { WebhookReceiver } from '../webhook-receiver.js';

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await WebhookReceiver.start();
});
beforeEach(() => {
  receiver.answer = () => 204;
});
afterAll(() => receiver.stop());

const typesAbout = async (orderId: string, count: number) =>
  (await receiver.untilAbout(orderId, count)).map(({ type }) => type).sort();

describe('an order with a callback URL', () => {
  it('calls back, signed, when it is confirmed, shipped and delivered', async () => {
    const orderId = await place({ callbackUrl: receiver.url });
    expect(await typesAbout(orderId, 3)).toEqual(['order.confirmed', 'order.delivered', 'order.shipped']);
    expect(new Set(receiver.about(orderId).map(({ id }) => id)).size).toBe(3);
    expect(await order(orderId)).toMatchObject({ callbackUrl: receiver.url });
  });

  it('calls back when it has failed, with the reason, and again when it is resubmitted', async () => {
    const orderId = await place({ callbackUrl: receiver.url, paymentToken: 'tok_declined' });
    const [failed] = await receiver.untilAbout(orderId, 1);
    expect(failed).toMatchObject({ type: 'order.failed', data: { status: 'FAILED', reason: 'PAYMENT_DECLINED' } });

    const letter = await deadLetter({ source: 'orders.process', key: orderId });
    await operate(`/${letter.id}/resubmit`, { body: { ...JSON.parse(letter.body), paymentToken: 'tok_ok' } });
    expect(await typesAbout(orderId, 4)).toContain('order.confirmed');
  });

  it('calls back when it is cancelled', async () => {
    const orderId = await place({ callbackUrl: receiver.url, paymentToken: 'tok_slow' });
    await cancel(orderId);
    expect(await outcomeOf(orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await typesAbout(orderId, 1)).toEqual(['order.cancelled']);
  });

  it('repeats a webhook with the same id until the receiver has accepted it', async () => {
    receiver.answer = (_, before) => (before < 2 ? 500 : 204);
    const orderId = await place({ callbackUrl: receiver.url, paymentToken: 'tok_declined' });
    const webhooks = await receiver.untilAbout(orderId, 3);
    expect(new Set(webhooks.map(({ id }) => id)).size).toBe(1);
  });

  it('leaves a dead letter of a webhook that is never accepted, and an operator can resubmit it with the same id', async () => {
    receiver.answer = () => 500;
    const orderId = await place({ callbackUrl: receiver.url, paymentToken: 'tok_declined' });
    const letter = await deadLetter({ source: 'webhooks.send', key: orderId });
    expect(letter).toMatchObject({ class: 'transient', consumer: 'order', error: 'the receiver answered 500' });
    expect(JSON.stringify(letter)).not.toContain('sesame');

    receiver.answer = () => 204;
    const before = receiver.about(orderId).length;
    await operate(`/${letter.id}/resubmit`, {});
    const webhooks = await receiver.untilAbout(orderId, before + 1);
    expect(new Set(webhooks.map(({ id }) => id))).toEqual(new Set([letter.messageId]));
  });

  it('is fulfilled although its receiver never answers', async () => {
    receiver.answer = () => 0;
    const orderId = await place({ callbackUrl: receiver.url });
    await untilOrder(orderId, 'DELIVERED');
    await receiver.untilAbout(orderId, 3);
  });
});
