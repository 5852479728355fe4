import { type NatsOptions, type RunningNats, startNats } from '@waybill/testing';
import { defineQueue, defineTopic } from '../contract/index.js';
import { declareQueues } from '../rabbitmq/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsLogClient } from './nats-log-client.js';
import { NatsQueueClient } from './nats-queue-client.js';
import { NatsTopology } from './nats-topology.js';

const running: RunningNats[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(options: NatsOptions = {}): Promise<RunningNats> {
  const server = await startNats(options);
  running.push(server);
  return server;
}

const settings = (url: string) => ({ url, name: 'test', logger: quiet });

/** Of both clients; undefined when they accept the settings. */
async function errorsOf(url: string): Promise<(string | undefined)[]> {
  const [log, queues] = [new NatsLogClient(settings(url)), new NatsQueueClient(settings(url))];
  const messageOf = (check: Promise<void>) =>
    check.then(
      () => undefined,
      ({ message }: Error) => message,
    );
  const errors = await Promise.all([messageOf(log.check()), messageOf(queues.check())]);
  await queues.close();
  return errors;
}

const both = (text: string) => [expect.stringContaining(text), expect.stringContaining(text)];
const NEITHER = [undefined, undefined];

describe('a server with users', () => {
  it('takes the right user and password, and another one is an error that says what to do', async () => {
    const { port } = await start({ configuration: 'authorization { user: shop, password: "p@ss" }' });
    expect(await errorsOf(`nats://shop:p%40ss@127.0.0.1:${port}`)).toEqual(NEITHER);
    for (const who of ['shop:wrong@', 'nobody:p%40ss@', ''])
      expect(await errorsOf(`nats://${who}127.0.0.1:${port}`)).toEqual(both('give a valid user and password'));
  });

  it('takes a token in place of the user', async () => {
    const { port } = await start({ configuration: 'authorization { token: "s3cret" }' });
    expect(await errorsOf(`nats://s3cret@127.0.0.1:${port}`)).toEqual(NEITHER);
    expect(await errorsOf(`nats://wrong@127.0.0.1:${port}`)).toEqual(both('or token'));
  });

  it('must let this one use JetStream', async () => {
    const permissions = '{ publish: { deny: ["$JS.API.>"] } }';
    const user = `{ user: shop, password: shop, permissions: ${permissions} }`;
    const { port } = await start({ configuration: `authorization { users: [${user}] }` });
    expect(await errorsOf(`nats://shop:shop@127.0.0.1:${port}`)).toEqual(both("'$JS.API.>'"));
  });
});

it('a server without JetStream is an error that says how to enable it', async () => {
  const { url } = await start({ jetStream: false });
  expect(await errorsOf(url)).toEqual(both('`nats-server -js`'));
});

it('a URL that is none of NATS is an error, without its password', async () => {
  expect(await errorsOf('amqp://me:secret@host:5672')).toEqual(both('nats://host:port, not amqp://host:5672'));
  expect(await errorsOf('localhost:4222')).toEqual(both('nats://host:port, which address 1 is not'));
  expect(await errorsOf('nats://one:4222,me:secret@two:4222')).toEqual(
    both('nats://host:port, which address 2 is not'),
  );
  expect(await errorsOf('nats://me:sec,ret@host:4222')).toEqual(
    both('which address 1 is not (a comma in a password is %2C)'),
  );
});

it('tls:// demands TLS', async () => {
  const { url } = await start();
  const client = new NatsQueueClient(settings(url.replace('nats:', 'tls:')));
  await expect(client.declareQueues([])).rejects.toMatchObject({
    message: expect.stringMatching('not connected to NATS'),
    cause: { message: "server does not support 'tls'" },
  });
  await client.close();
});

it('a server that is unavailable is no error: it is waited for', async () => {
  expect(await errorsOf('nats://127.0.0.1:1')).toEqual(NEITHER);
  expect(await errorsOf('nats://nats.invalid:4222')).toEqual(NEITHER);
});

describe('declaring again', () => {
  it('rejects with the difference when a queue exists with other limits', async () => {
    const { url } = await start();
    const client = new NatsQueueClient(settings(url));
    const declare = (maxLength: number) => declareQueues(client, [defineQueue({ name: 'shop.mail', maxLength })]);
    await declare(10);
    await declare(10);
    await expect(declare(20)).rejects.toThrow(
      'the stream queue-shop=mail exists with other settings (max_msgs is 10, not 20); change or delete it',
    );
    await client.close();
  });

  it('rejects with the difference when a topic exists with other partitions or compaction; its retention may differ', async () => {
    const nats = settings((await start()).url);
    const declare = async (partitions: number, compacted: boolean, retention = '-1') => {
      const topics = [defineTopic({ name: 'facts', partitions, compacted })];
      const topology = new NatsTopology({ nats, topics, retention });
      await topology.declare().finally(() => topology.close());
    };
    await declare(6, false);
    await declare(6, false, '60000');
    await expect(declare(12, false)).rejects.toThrow('(partitions is 6, not 12); change or delete it');
    await expect(declare(6, true)).rejects.toThrow('max_msgs_per_subject is -1, not 1');
  });
});
