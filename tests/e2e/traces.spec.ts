import { until } from '@waybill/testing';
import { OtlpReceiver, rootsOf, type Span } from '../otlp-receiver.js';
import { anOrder, outcomeOf, place, post } from '../shop.js';
import { deadLetter, operate } from '../system/running-system.js';

const SERVICES = ['order-api', 'order-processor', 'inventory', 'payment', 'email', 'analytics'];
/** Analytics handles these last. */
const DELIVERED = 'waybill.OrderDelivered.v1';
const CONFIRMED = 'waybill.OrderConfirmed.v1';

let receiver: OtlpReceiver;
beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  // What was exported while nobody listened is lost: until each process has found the receiver again.
  await until('each process exports', async () => {
    await outcomeOf(await place());
    const exporting = new Set(receiver.spans.map(({ service }) => service));
    return SERVICES.every((service) => exporting.has(service));
  });
});
afterAll(() => receiver.close());

/** The trace of an order as soon as it is whole: each service has exported what it did until the last event. */
function wholeTrace(orderId: string, last: { type: string; count?: number }): Promise<Span[]> {
  return until(`the trace of ${orderId} is whole`, () => {
    const spans = receiver.traceOf('cloudevents.event_subject', orderId);
    const { roots, orphans } = rootsOf(spans);
    const ends = spans.filter(({ attributes }) => attributes['cloudevents.event_type'] === last.type);
    const handledBy = new Set(ends.map(({ attributes }) => attributes['messaging.consumer.group.name']));
    const isAtItsEnd = handledBy.has('analytics') && spans.some(({ name }) => name === 'send mail');
    return isAtItsEnd && roots.length === 1 && orphans.length === 0 && spans;
  });
}

describe('the trace of an order', () => {
  it("is one tree from its POST through all services to the carrier's last event", async () => {
    const orderId = await place();
    const spans = await wholeTrace(orderId, { type: DELIVERED });

    expect(rootsOf(spans).roots).toMatchObject([{ name: 'POST /orders', service: 'order-api' }]);
    expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual(SERVICES.toSorted());
    const names = spans.map(({ name }) => name);
    for (const name of ['process orders.process', 'POST /charges', 'send orders.events', 'send mail'])
      expect(names).toContain(name);
  });

  it('continues when its message was dead-lettered and resubmitted, and links the resubmission to the failure', async () => {
    const { orderId } = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    const letter = await deadLetter({ class: 'business', key: orderId });
    await operate(`/${letter.id}/resubmit`, { body: { ...JSON.parse(letter.body), paymentToken: 'tok_ok' } });

    const spans = await wholeTrace(orderId, { type: CONFIRMED });
    const resubmitted = spans.find(({ name, links }) => name === 'process orders.process' && links.length > 0)!;
    expect(letter).toMatchObject({ traceId: resubmitted.traceId });
    const failed = spans.find(({ spanId }) => spanId === resubmitted.links[0]!.spanId);
    expect(failed).toMatchObject({ service: 'order-processor' });
  });
});

describe('an error response', () => {
  it('names its trace', async () => {
    const response = await post(anOrder({ items: [] }));
    const { traceId } = (await response.json()) as { traceId: string };
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const span = await until('its span was exported', () =>
      receiver.spans.find((each) => each.traceId === traceId && each.name === 'POST /orders'),
    );
    expect(span.attributes).toMatchObject({ 'http.route': '/orders', 'http.response.status_code': 400 });
  });
});
