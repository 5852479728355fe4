import type { OutboxMessage } from '@waybill/outbox';
import { backingServices, uniqueName } from '@waybill/testing';
import { Connection } from 'rabbitmq-client';
import { RabbitPublisher } from './rabbit-publisher.js';
import { declareQueues } from './rabbit-topology.js';

const small = uniqueName('small');
const roomy = uniqueName('roomy');
let connection: Connection;
let publisher: RabbitPublisher;

beforeAll(async () => {
  connection = new Connection(backingServices().rabbitmq);
  publisher = new RabbitPublisher(connection);
  await declareQueues(connection, [], [roomy]);
  await connection.queueDeclare({
    queue: small,
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1, 'x-overflow': 'reject-publish' },
  });
});

afterAll(async () => {
  await publisher.close();
  for (const queue of [small, roomy]) await connection.queueDelete(queue);
  await connection.close();
});

const to = (destination: string): OutboxMessage => ({
  id: crypto.randomUUID(),
  target: 'rabbitmq',
  destination,
  key: null,
  headers: {},
  body: Buffer.from('{}'),
});

describe('publishing to RabbitMQ', () => {
  it('is done when the broker has confirmed', async () => {
    expect(await publisher.publish([to(roomy), to(roomy)])).toEqual([{ status: 'published' }, { status: 'published' }]);
    const { messageCount } = await connection.queueDeclare({ queue: roomy, passive: true });
    expect(messageCount).toBeGreaterThanOrEqual(2);
  });

  it('to a full queue blocks what goes there, and nothing else', async () => {
    let outcomes = await publisher.publish([to(small)]);
    while (outcomes[0]?.status === 'published') outcomes = await publisher.publish([to(small)]);

    expect(await publisher.publish([to(small), to(roomy)])).toEqual([
      { status: 'blocked', reason: 'the queue is full' },
      { status: 'published' },
    ]);
  });

  it('to a queue that is not there blocks what goes there, and nothing else', async () => {
    expect(await publisher.publish([to(uniqueName('nowhere')), to(roomy)])).toEqual([
      { status: 'blocked', reason: 'there is no such queue' },
      { status: 'published' },
    ]);
  });
});
