import { type RunningSqs, startSqs, until } from '@waybill/testing';
import { RabbitPublisher } from '../rabbitmq/index.js';
import { optionsFor } from '../test/sqs-peer.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { SqsClient } from './sqs-client.js';

const QUEUE = 'loaded';
const SENDERS = 20;
const KILLS = 3;

/** Publishes without a pause until it is stopped; resolves with the ids that were confirmed. */
function publishing(client: SqsClient) {
  const publisher = new RabbitPublisher(client);
  const confirmed: string[] = [];
  let stopped = false;
  const sender = async () => {
    while (!stopped) {
      const id = crypto.randomUUID();
      const message = { id, target: 'rabbitmq', destination: QUEUE, key: null, headers: {}, body: Buffer.from(id) };
      const [outcome] = await publisher.publish([message]).catch(() => []);
      if (outcome?.status === 'published') confirmed.push(id);
      else await until('it is connected', () => client.isConnected || stopped);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, sender));
  return {
    confirmed,
    async stop() {
      stopped = true;
      await senders;
    },
  };
}

describe.each([
  ['standard', false],
  ['FIFO', true],
])('an SQS server of %s queues that is killed under load', (_, fifo) => {
  let server: RunningSqs;
  let client: SqsClient;
  beforeAll(async () => {
    server = await startSqs();
    client = new SqsClient({ ...optionsFor(server, undefined, fifo), name: 'test', logger: quiet });
    await client.declareQueues([{ name: QUEUE, arguments: {} }]);
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  it('loses nothing that it has confirmed; sender and reader continue by themselves', async () => {
    const { confirmed, stop } = publishing(client);
    const received = new Set<string>();
    const reader = client.reader({
      queue: QUEUE,
      prefetch: 10,
      async onMessage({ body }) {
        received.add(String(body));
        return 'ack' as const;
      },
    });
    for (let kills = 0; kills < KILLS; kills++) {
      const [sent, read] = [confirmed.length, received.size];
      await until('it is under load', () => confirmed.length > sent + 100 && received.size > read + 20);
      await server.crash();
      await server.restart();
    }
    await stop();
    await until('all that was confirmed has come', () => confirmed.every((id) => received.has(id)), { within: '120s' });
    await reader.close();
  });
});
