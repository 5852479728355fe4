import { join } from 'node:path';
import { runScript } from '@waybill/testing';

const declare = (env: Record<string, string>) => runScript(join(import.meta.dirname, 'main.declare.js'), [], env);

describe('a process whose settings cannot be used', () => {
  it.each([
    ['an unknown broker', { EVENTS: 'pulsar' }, /^EVENTS: Invalid option: expected one of "kafka"\|"nats"$/m],
    ['a broker without an address', {}, /^KAFKA_BROKERS: is missing, and EVENTS=kafka needs it$/m],
    ['an address that is none', { RABBITMQ_URL: 'rabbit' }, /^RABBITMQ_URL: Invalid URL$/m],
    [
      'a NATS server by another scheme',
      { EVENTS: 'nats', TASKS: 'nats', NATS_URL: 'http://host' },
      /nats:\/\/host:port/,
    ],
    ['SQS without a region', { EVENTS: 'nats', NATS_URL: 'nats://127.0.0.1:1', TASKS: 'sqs' }, /set AWS_REGION/],
  ])('exits with 1 and says what to do: %s', async (_, env, reason) => {
    const { code, stdout, stderr } = await declare({ HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env });
    expect(stdout + stderr).toMatch(reason);
    expect(code).toBe(1);
  });
});
