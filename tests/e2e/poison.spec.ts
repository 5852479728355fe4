import { CancelShipment, ProductUpserted, topology } from '@waybill/contracts';
import { KafkaPeer, RabbitPeer, until } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import {
  anOrder,
  type DeadLetter,
  endpoints,
  mails,
  type Order,
  operate,
  outcomeOf,
  place,
  post,
  queueNames,
  reservations,
  summary,
  untilOrder,
} from '../shop.js';
import { type Entrance, large, ofQueues, ofTopics, type Poison, poisonOf, unknownType } from './poison.js';

interface Sent {
  entrance: Entrance;
  poison: Poison;
  key: string;
  messageId: string;
}

const client = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING });
const kafka = new KafkaPeer({ kafka: client, prefix: '' });
let rabbit: RabbitPeer;

const sent: Sent[] = [];
/** Of the same key: in front of the poison an event that concerns nobody, behind it one that has to wait. */
const skipped: Sent[] = [];
const heldBack: Sent[] = [];

/** Its body, were it not replaced, would be its key. */
const said = (type: string, name: string) => ({ type, destination: { name }, subjectOf: (key: string) => key });

async function send(entrance: Entrance, poison: Poison): Promise<void> {
  const key = crypto.randomUUID();
  const messageId = await rabbit.send(said(poison.type, entrance.source), key, { bytes: poison.bytes });
  sent.push({ entrance, poison, key, messageId });
}

async function publish(entrance: Entrance, poison: Poison, key: string): Promise<Sent> {
  const messageId = await kafka.publish(said(poison.type, entrance.source), key, { bytes: poison.bytes });
  return { entrance, poison, key, messageId };
}

async function publishThree(entrance: Entrance, poison: Poison): Promise<void> {
  const key = crypto.randomUUID();
  skipped.push(await publish(entrance, unknownType, key));
  sent.push(await publish(entrance, poison, key));
  heldBack.push(await publish(entrance, poison, key));
}

const waiting = async () => (await operate<{ items: DeadLetter[] }>('?status=waiting&limit=1000')).items;

/** Their dead letters, once there are as many as there have to be. */
function lettersOf(messages: readonly Sent[]): Promise<DeadLetter[]> {
  const ids = new Set(messages.map(({ messageId }) => messageId));
  const count = messages.flatMap(({ entrance }) => entrance.takers).length;
  return until(
    `${count} dead letters wait`,
    async () => {
      const letters = (await waiting()).filter(({ messageId }) => ids.has(messageId));
      return letters.length >= count && letters;
    },
    { within: '30s' },
  );
}

/** One for each taker, who has given it up once. */
const expectedOf = (messages: readonly Sent[]) =>
  messages.flatMap(({ entrance: { source, takers }, poison: { type, complaint }, key, messageId }) => {
    const error = expect.stringContaining(complaint);
    return takers.map((consumer) => ({
      messageId,
      source,
      consumer,
      key,
      type,
      class: 'malformed',
      error,
      version: 1,
    }));
  });

function expectLetters(letters: readonly DeadLetter[], messages: readonly Sent[]): void {
  const order = ({ messageId, consumer }: Pick<DeadLetter, 'messageId' | 'consumer'>) => `${messageId} ${consumer}`;
  const sorted = <T extends DeadLetter | ReturnType<typeof expectedOf>[number]>(list: readonly T[]) =>
    list.toSorted((a, b) => order(a).localeCompare(order(b)));
  expect(sorted(letters)).toMatchObject(sorted(expectedOf(messages)));
}

const discard = (letters: readonly DeadLetter[]) =>
  Promise.all(letters.map(({ id }) => operate(`/${id}/discard`, { reason: 'a test' })));

const newProduct = { sku: `NEW-${crypto.randomUUID()}`, name: 'Germinal', unitPrice: { amount: 999, currency: 'EUR' } };
let before: { processes: object; revenue: number };
/** Placed behind all the poison. */
let orders: Promise<[good: string, declined: string]>;

beforeAll(async () => {
  rabbit = await RabbitPeer.connect(endpoints().rabbitmq);
  before = { processes: endpoints().processes, revenue: (await summary()).revenue.amount };
  await Promise.all([
    ...ofQueues.flatMap((queue) =>
      [...poisonOf(queue.type), unknownType, large(queue.type)].map((poison) => send(queue, poison)),
    ),
    ...ofTopics.flatMap((topic) => poisonOf(topic.type).map((poison) => publishThree(topic, poison))),
  ]);
  await kafka.publish(ProductUpserted, newProduct);
  orders = Promise.all([place(), place({ paymentToken: 'tok_declined' })]);
});
afterAll(() => Promise.all([rabbit.close(), kafka.close()]));

describe('what nobody can read', () => {
  it('is sent to every queue and to every group of every topic that the brokers have', async () => {
    const queues = [...new Set(ofQueues.map(({ source }) => source))];
    const isOfQueue = (name: string) => !/-dlq$|\.retry\.\d+ms$|^test/.test(name);
    expect((await queueNames()).filter(isOfQueue).sort()).toEqual(queues.sort());

    const groups = ofTopics.flatMap(({ source, takers }) => takers.map((group) => `${source}.${group}-dlq`));
    const topics = [...topology.topics.map(({ name }) => name), ...groups];
    const admin = client.admin();
    await admin.connect();
    const found = (await admin.listTopics()).filter((name) => !/^test|^__/.test(name));
    await admin.disconnect();
    expect(found.sort()).toEqual(topics.sort());
  });

  it.each([...ofQueues, ...ofTopics])('as $type in $source becomes one dead letter of each taker', async (entrance) => {
    const messages = sent.filter((message) => message.entrance === entrance);
    expectLetters(await lettersOf(messages), messages);
  });

  it('becomes no other dead letter: not where its type concerns nobody, nor before what came first is decided', async () => {
    await lettersOf(sent);
    const ids = new Set([...skipped, ...heldBack].map(({ messageId }) => messageId));
    expect((await waiting()).filter(({ messageId }) => ids.has(messageId))).toEqual([]);
  });
});

describe('what is sent behind it', () => {
  it('is fulfilled: a good order is delivered, mailed and counted', async () => {
    const [good] = await orders;
    const { total } = await untilOrder(good, 'DELIVERED');
    await until('it is mailed', async () => (await mails(good)).length === 1, { within: '30s' });
    const counted = async () => (await summary()).revenue.amount >= before.revenue + total.amount;
    await until('it is counted', counted, { within: '30s' });
  });

  it('is undone: a declined order gives its items back, and its parcel can be cancelled', async () => {
    const [, declined] = await orders;
    expect(await outcomeOf(declined)).toMatchObject({ reason: 'PAYMENT_DECLINED' });
    expect(await reservations(declined)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
    const attempt = { orderId: declined, attempt: 1 };
    expect(await rabbit.request(CancelShipment, attempt)).toEqual(attempt);
  });

  it('is heard: a new product can be ordered', async () => {
    const orderId = await until('it is in the catalogue', async () => {
      const response = await post(anOrder({ items: [{ sku: newProduct.sku, quantity: 1 }] }));
      return response.status === 202 && ((await response.json()) as Order).orderId;
    });
    expect(await outcomeOf(orderId)).toMatchObject({ reason: 'OUT_OF_STOCK', total: newProduct.unitPrice });
  });

  it('is read in its turn, by every group, once what came before it in its key was discarded', async () => {
    await discard(await lettersOf(sent));
    const letters = await lettersOf(heldBack);
    expectLetters(letters, heldBack);
    await discard(letters);
  });
});

it('ends no process', () => {
  expect(endpoints().processes).toEqual(before.processes);
});
