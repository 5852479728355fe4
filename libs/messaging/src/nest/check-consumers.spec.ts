import { defineQueue, defineTopic } from '../contract/index.js';
import { checkConsumers } from './check-consumers.js';

const [reserve, replies] = [defineQueue({ name: 'reserve' }), defineQueue({ name: 'replies' })];
const orders = defineTopic({ name: 'orders' });
const topology = {
  topics: [orders],
  queues: [reserve, replies],
  consumers: { stock: { queues: [reserve], topics: [orders] }, order: { queues: [replies], topics: [] } },
};
const check = (changes: Partial<typeof topology>, queues = ['reserve'], topics = ['orders']) =>
  checkConsumers({ ...topology, ...changes }, 'stock', { queues, topics });

describe('a service starts', () => {
  it('when its handlers are the consumers that the topology lists', () => {
    expect(() => check({})).not.toThrow();
  });

  it('not with a handler that is not listed', () => {
    expect(() => check({}, ['reserve', 'replies'])).toThrow('stock handles replies');
  });

  it('not without a handler for what it is to consume', () => {
    expect(() => check({}, ['reserve'], [])).toThrow('stock is to consume orders, but has no handler');
  });

  it('not when no service consumes a queue, a reply queue for example', () => {
    const consumers = { stock: topology.consumers.stock, order: { queues: [], topics: [] } };
    expect(() => check({ consumers })).toThrow('no service consumes replies');
  });

  it('without a list, as a service outside the system does', () => {
    expect(() => checkConsumers({ topics: [], queues: [reserve] }, 'stock', { queues: [], topics: [] })).not.toThrow();
  });
});
