import { topology } from '@waybill/contracts';
import { eventCarrier } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { until } from '@waybill/testing';
import { type Console, type ConsoleResponse, callApi, startConsole } from './console.fixture.js';

interface Message {
  key: string | null;
  type: string | null;
  headers: Record<string, string>;
  body: string;
  bodyEncoding: string;
  bytes: number;
  masked: boolean;
}
interface Messages {
  items: Message[];
  nextCursor: string | null;
  title: string;
  errors: { field: string }[];
}

const READER_TOKEN = 'let-me-look';
const [topic] = topology.topics;
const fact = {
  type: 'test.Fact.v1',
  destination: topic!,
  subjectOf: ({ about }: { about: string }) => about,
};

let console: Console;
beforeAll(async () => {
  console = await startConsole({ config: { READER_TOKEN } });
  const { KAFKA_BROKERS: kafkaBrokers, KAFKA_TOPIC_PREFIX: kafkaTopicPrefix } = console.settings;
  const logger = createLogger({ service: 'test', level: 'silent' });
  const topics = eventCarrier({ kafkaBrokers, kafkaTopicPrefix, name: 'test', logger }).topology([topic!]);
  await until('the topic is declared', () => topics.declare().then(() => true));
  await topics.close();
});
afterAll(() => console.stop());

const publish = (about: string, content: object = {}, bytes?: string | Buffer) =>
  console.kafka.publish(fact, { about, ...content }, { ...(bytes !== undefined && { bytes }) });
const list = (query = '', headers?: Record<string, string>): Promise<ConsoleResponse<Messages>> =>
  callApi<Messages>(console, 'GET', `/topics/${topic!.name}/messages${query}`, undefined, headers);

describe('the messages of a topic', () => {
  it('are shown with key, type, headers and body, without personal data until an operator reveals it', async () => {
    await publish('a letter', { email: 'ada@example.com', note: 'from bob@example.com' });
    const [message] = (await list('?limit=1')).body.items;
    expect(message).toMatchObject({ key: 'a letter', type: fact.type, bodyEncoding: 'utf-8', masked: true });
    expect(message!.headers.ce_type).toBe(fact.type);
    expect(JSON.parse(message!.body)).toEqual({ about: 'a letter', email: '•••', note: 'from •••' });

    const [revealed] = (await list('?limit=1&reveal=true')).body.items;
    expect(JSON.parse(revealed!.body)).toMatchObject({ email: 'ada@example.com', note: 'from bob@example.com' });
    expect(revealed!.masked).toBe(false);
  });

  it('are for operators and readers only, who reveal nothing', async () => {
    const reader = { authorization: `Bearer ${READER_TOKEN}` };
    expect((await list('', reader)).status).toBe(200);
    expect(await list('?reveal=true', reader)).toMatchObject({ status: 403 });
    expect(await list('', {})).toMatchObject({ status: 401 });
  });

  it('are bytes where they are no text, and text where they are markup', async () => {
    const poison = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);
    await publish('poison', {}, poison);
    expect((await list('?limit=1')).body.items).toMatchObject([
      { key: 'poison', body: poison.toString('base64'), bodyEncoding: 'base64', bytes: 4, masked: false },
    ]);
    const markup = '<img src=x onerror=alert(1)>';
    await publish('markup', {}, markup);
    expect((await list('?limit=1')).body.items).toMatchObject([{ body: markup, bodyEncoding: 'utf-8' }]);
  });

  it('come in pages, the latest first, and by key', async () => {
    for (let number = 1; number <= 7; number++) await publish(`page ${number % 2}`, { number });
    const numbersOf = ({ body }: ConsoleResponse<Messages>) => body.items.map(({ body }) => JSON.parse(body).number);
    const first = await list('?limit=4');
    expect(numbersOf(first)).toEqual([7, 6, 5, 4]);
    const second = await list(`?limit=3&cursor=${first.body.nextCursor}`);
    expect(numbersOf(second)).toEqual([3, 2, 1]);
    expect(numbersOf(await list('?limit=10&key=page%201'))).toEqual([7, 5, 3, 1]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=yesterday', 'cursor=', 'key=', 'reveal=perhaps', 'other=1'])(
    'are not listed for ?%s: that is a 400 which names the field',
    async (query) => {
      const { status, body } = await list(`?${query}`);
      expect([status, body.errors.map(({ field }) => field)]).toEqual([400, [query.split('=')[0]]]);
    },
  );

  it('are none of a topic that is missing, and none behind the first one', async () => {
    expect((await callApi(console, 'GET', '/topics/missing/messages')).status).toBe(404);
    const { nextCursor } = (await list('?limit=1')).body;
    const first = nextCursor!.replace(/-\d+/g, '-0');
    expect((await list(`?cursor=${first}`)).body).toEqual({ items: [], nextCursor: null });
  });
});
