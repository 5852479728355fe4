import { carriersOf, usedServers } from './carriers.js';

const usedWith = (env: Record<string, string>) =>
  usedServers(env).flatMap(({ name, carries }) => (carries ? [name] : []));

describe('the servers that carry messages', () => {
  it.each([
    [{}, ['rabbitmq', 'kafka']],
    [{ EVENTS: '', TASKS: '' }, ['rabbitmq', 'kafka']],
    [{ EVENTS: 'nats', TASKS: 'nats' }, ['nats']],
    [{ TASKS: 'sqs' }, ['kafka', 'sqs']],
  ])('with %o are those that it chooses', (env, expected) => {
    expect(usedWith(env)).toEqual(expected);
  });

  it.each([
    [{ EVENTS: 'pulsar' }, 'EVENTS=pulsar: nothing of this name carries events; choose kafka or nats'],
    [{ EVENTS: 'sqs' }, 'EVENTS=sqs: nothing of this name carries events; choose kafka or nats'],
    [{ TASKS: 'kafka' }, 'TASKS=kafka: nothing of this name carries tasks; choose rabbitmq or nats or sqs'],
  ])('cannot be chosen by %o', (env, message) => {
    expect(() => carriersOf(env)).toThrow(message);
  });
});
