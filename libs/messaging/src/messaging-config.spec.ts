import { z } from 'zod';
import { brokersConfig, carrierSettings, missingBrokers } from './messaging-config.js';

const ADDRESSES = {
  KAFKA_BROKERS: 'one:9092, two:9092',
  RABBITMQ_URL: 'amqp://host',
  NATS_URL: 'nats://host',
  SQS_ENDPOINT: 'http://host',
};
const read = (environment: Record<string, string>) => z.object(brokersConfig).parse(environment);

describe('EVENTS and TASKS', () => {
  it.each([
    [{}, ['kafkaBrokers', 'rabbitmqUrl']],
    [{ EVENTS: 'nats' }, ['natsUrl', 'rabbitmqUrl']],
    [{ TASKS: 'nats' }, ['kafkaBrokers', 'natsUrl']],
    [{ TASKS: 'sqs' }, ['kafkaBrokers', 'sqs']],
    [{ EVENTS: 'nats', TASKS: 'nats' }, ['natsUrl']],
    [{ EVENTS: 'nats', TASKS: 'sqs' }, ['natsUrl', 'sqs']],
  ])('%o uses no other broker, whatever addresses there are', (chosen, expected) => {
    const { kafkaBrokers, rabbitmqUrl, natsUrl, sqs } = carrierSettings(read({ ...ADDRESSES, ...chosen }));
    const used = Object.entries({ kafkaBrokers, natsUrl, rabbitmqUrl, sqs }).filter(([, address]) => address);
    expect(used.map(([name]) => name)).toEqual(expected);
  });

  it.each([
    [{}, { KAFKA_BROKERS: 'EVENTS=kafka', RABBITMQ_URL: 'TASKS=rabbitmq' }],
    [{ EVENTS: 'nats', TASKS: 'sqs' }, { NATS_URL: 'EVENTS=nats' }],
    [
      { EVENTS: 'kafka', TASKS: 'nats' },
      { KAFKA_BROKERS: 'EVENTS=kafka', NATS_URL: 'TASKS=nats' },
    ],
  ])('%o without addresses says which are missing, and why', (chosen, expected) => {
    const reasons = Object.entries(expected).map(([name, why]) => [name, `is missing, and ${why} needs it`]);
    expect(missingBrokers(read(chosen))).toEqual(Object.fromEntries(reasons));
  });

  it('miss nothing when the addresses are there', () => {
    for (const EVENTS of ['kafka', 'nats'])
      for (const TASKS of ['rabbitmq', 'nats', 'sqs'])
        expect(missingBrokers(read({ ...ADDRESSES, EVENTS, TASKS }))).toEqual({});
  });
});
