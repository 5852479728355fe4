import { Parser } from '@asyncapi/parser';
import { contracts, topology } from '@waybill/contracts';
import { readableTypes } from '@waybill/messaging';
import { asyncApi } from './asyncapi.js';

describe('/asyncapi.json', () => {
  type Document = NonNullable<Awaited<ReturnType<Parser['parse']>>['document']>;
  let document: Document;
  let errors: unknown[];
  beforeAll(async () => {
    const parsed = await new Parser().parse(JSON.stringify(asyncApi()));
    document = parsed.document!;
    errors = parsed.diagnostics.filter(({ severity }) => severity === 0);
  });

  const messagesOn = (address: string) => {
    const channel = document
      .channels()
      .all()
      .find((it) => it.address() === address);
    return channel
      ?.messages()
      .all()
      .map((message) => message.id());
  };

  it('is valid AsyncAPI 3', () => expect(errors).toEqual([]));

  it('lists every contract in its channel, in each version', () => {
    for (const { name } of [...topology.topics, ...topology.queues]) {
      const types = contracts.filter(({ destination }) => destination.name === name).flatMap(readableTypes);
      expect([name, messagesOn(name)?.sort()]).toEqual([name, types.sort()]);
    }
  });

  it.each([
    ['the queue of failed orders', 'orders-dlq', []],
    ['dead letters of a queue', 'email.send-dlq', ['waybill.SendEmail.v1']],
    [
      'dead letters of a consumer group',
      'orders.events.email-dlq',
      expect.arrayContaining(['waybill.OrderConfirmed.v1']),
    ],
    ['delayed retries', 'inventory.reserve.retry.500ms', ['waybill.ReserveStock.v1']],
    ['decisions about parked events', 'analytics.parked', ['waybill.ReleaseParked.v1']],
  ])('lists %s', (_, address, messages) => {
    expect(messagesOn(address)).toEqual(messages);
  });
});
