import type { OutboxMessage } from '@waybill/outbox';
import { type FreshVhost, freshVhost, RabbitQueues, until } from '@waybill/testing';
import { quiet } from '../test/workbench.fixture.js';
import { AmqplibClient } from './amqplib-client.js';
import { OUTBOX_DEAD_LETTERS, outboxDeadLetterOf, rejectionIn, withoutRejection } from './outbox-dead-letter.js';
import { RabbitPublisher } from './rabbit-publisher.js';
import { declareQueues } from './rabbit-topology.js';
import { textHeaders, withoutBrokerHeaders } from './text-headers.js';

let vhost: FreshVhost;
let connection: AmqplibClient;
let queues: RabbitQueues;
let publisher: RabbitPublisher;

beforeAll(async () => {
  vhost = await freshVhost();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, []);
  publisher = new RabbitPublisher(connection);
});
afterAll(async () => {
  await publisher.close();
  await Promise.all([connection.close(), queues.close()]);
  await vhost.drop();
});

const message = (changes: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id: 'event-1',
  target: 'kafka',
  destination: 'shop.events',
  key: 'order-1',
  headers: { ce_id: 'event-1', 'content-type': 'application/json' },
  body: Buffer.from('{}'),
  ...changes,
});

describe('the dead letter of a message that its broker rejected', () => {
  it.each<[string, Partial<OutboxMessage>]>([
    ['of an event', {}],
    ['without a key', { key: null }],
    ['whose header has a NUL', { headers: { odd: 'a\0b' } }],
    ['whose header is no UTF-8', { headers: { odd: '\udc80\udcff' } }],
    ['of 3 MB', { body: Buffer.alloc(3_000_000, 'ab') }],
  ])('%s has all its bytes, where it should have gone and why it did not', async (_, changes) => {
    const rejected = message(changes);
    await publisher.publishOne(outboxDeadLetterOf()(rejected, 'larger than its topic allows')!);

    const { properties, body } = await until('it is there', () => queues.take(OUTBOX_DEAD_LETTERS));
    const headers = withoutBrokerHeaders(textHeaders(properties.headers));
    const { target, destination, key } = rejected;
    expect(rejectionIn(headers)).toEqual({
      ...{ target, destination, key },
      reason: 'larger than its topic allows',
      rejectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { 'content-type': _property, ...others } = rejected.headers;
    expect(withoutRejection(headers)).toEqual(others);
    expect(Buffer.compare(body, Buffer.from(rejected.body))).toBe(0);
  });

  it('has none itself', () => {
    expect(outboxDeadLetterOf()(message({ destination: OUTBOX_DEAD_LETTERS }), 'too large')).toBeUndefined();
  });
});
