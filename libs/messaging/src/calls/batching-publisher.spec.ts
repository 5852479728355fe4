import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { BatchingPublisher } from './batching-publisher.js';

const PUBLISHED: PublishOutcome = { status: 'published' };
const message = (id: string): OutboxMessage => ({
  id,
  target: 'kafka',
  destination: 'facts',
  key: null,
  headers: {},
  body: Buffer.alloc(0),
});

/** A broker that confirms at once, or in as many turns as it is told. */
function fakeBroker(turns = 0): Publisher & { batches: string[][] } {
  const batches: string[][] = [];
  return {
    batches,
    async publish(messages) {
      batches.push(messages.map(({ id }) => id));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      return messages.map(() => PUBLISHED);
    },
  };
}

it('publishes together what comes together, and in the order of the calls', async () => {
  const broker = fakeBroker();
  const publisher = new BatchingPublisher(broker);
  await Promise.all(['a', 'b', 'c'].map((id) => publisher.publish([message(id)])));
  expect(broker.batches).toEqual([['a', 'b', 'c']]);
});

it('publishes what comes in whichever microtask after a batch', async () => {
  for (let turns = 0; turns < 40; turns++) {
    const publisher = new BatchingPublisher(fakeBroker());
    const first = publisher.publish([message('first')]);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const late = publisher.publish([message('late')]);
    const waited = new Promise((resolve) => setImmediate(resolve, 'still waits'));
    expect([turns, await Promise.race([late, waited])]).toEqual([turns, [PUBLISHED]]);
    await first;
  }
});

it('rejects a batch that the broker could not be reached for, and publishes the next', async () => {
  let isUp = false;
  const publisher = new BatchingPublisher({
    async publish(messages) {
      if (!isUp) throw new Error('unavailable');
      return messages.map(() => PUBLISHED);
    },
  });
  await expect(publisher.publish([message('a')])).rejects.toThrow('unavailable');
  isUp = true;
  expect(await publisher.publish([message('b')])).toEqual([PUBLISHED]);
});
