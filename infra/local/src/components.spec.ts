import { only } from './components.js';

const namesOf = (...names: string[]) => {
  const { processes, servers } = only(names);
  return [processes.map(({ name }) => name), servers];
};

describe('npm start -- --only', () => {
  it('starts every process of a service, and the servers that they need', () => {
    expect(namesOf('order')).toEqual([
      ['order-api', 'order-processor'],
      ['postgres', 'rabbitmq', 'kafka', 'temporal'],
    ]);
    expect(namesOf('order-api')).toEqual([['order-api'], ['postgres']]);
  });

  it('starts what a process calls', () => {
    expect(namesOf('payment')[0]).toEqual(['payment', 'payment-provider']);
  });

  it('names the processes that there are when it is given another', () => {
    expect(() => only(['order', 'orders'])).toThrow('there is no process orders; there are order, order-api');
  });
});
