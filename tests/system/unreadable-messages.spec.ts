import { topology } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { systemUnderTest } from '../system-under-test.js';
import { connectPeers, type Peers } from './peers.js';
import { type DeadLetter, endpoints, operate } from './running-system.js';
import type { Destination, EffectCheck } from './system-under-test.js';
import {
  handledEvents,
  largeOf,
  queueDestinations,
  type Unreadable,
  unknownType,
  unreadableOf,
} from './unreadable-messages.js';

interface Sent {
  to: Destination;
  message: Unreadable;
  key: string;
  messageId: string;
}

let peers: Peers;

const sent: Sent[] = [];
/** With the same key: before the unreadable event one that every group skips, behind it one that has to wait. */
const skipped: Sent[] = [];
const heldBack: Sent[] = [];

/** Its body, were it not replaced, would be its key. */
const contractOf = (type: string, name: string) => ({ type, destination: { name }, subjectOf: (key: string) => key });

async function send(to: Destination, message: Unreadable): Promise<void> {
  const key = crypto.randomUUID();
  const messageId = await peers.tasks.send(contractOf(message.type, to.source), key, { bytes: message.bytes });
  sent.push({ to, message, key, messageId });
}

async function publish(to: Destination, message: Unreadable, key: string): Promise<Sent> {
  const messageId = await peers.events.publish(contractOf(message.type, to.source), key, { bytes: message.bytes });
  return { to, message, key, messageId };
}

async function publishThree(to: Destination, message: Unreadable): Promise<void> {
  const key = crypto.randomUUID();
  skipped.push(await publish(to, unknownType, key));
  sent.push(await publish(to, message, key));
  heldBack.push(await publish(to, message, key));
}

const waiting = async () => (await operate<{ items: DeadLetter[] }>('?status=waiting&limit=1000')).items;

/** Their dead letters, once there are as many as there have to be. */
function deadLettersOf(messages: readonly Sent[]): Promise<DeadLetter[]> {
  const ids = new Set(messages.map(({ messageId }) => messageId));
  const count = messages.flatMap(({ to }) => to.consumers).length;
  return until(`${count} dead letters wait`, async () => {
    const found = (await waiting()).filter(({ messageId }) => ids.has(messageId));
    return found.length >= count && found;
  });
}

/** One for each consumer, after one attempt. */
const expectedOf = (messages: readonly Sent[]) =>
  messages.flatMap(({ to: { source, consumers }, message: { type, error }, key, messageId }) =>
    consumers.map((consumer) => ({
      messageId,
      source,
      consumer,
      key,
      type,
      class: 'malformed',
      error: expect.stringContaining(error),
      version: 1,
    })),
  );

function expectDeadLetters(found: readonly DeadLetter[], messages: readonly Sent[]): void {
  const order = ({ messageId, consumer }: Pick<DeadLetter, 'messageId' | 'consumer'>) => `${messageId} ${consumer}`;
  const sorted = <T extends DeadLetter | ReturnType<typeof expectedOf>[number]>(list: readonly T[]) =>
    list.toSorted((a, b) => order(a).localeCompare(order(b)));
  expect(sorted(found)).toMatchObject(sorted(expectedOf(messages)));
}

/** One after the other, as a person does: all at once, some would wait too long for a database connection. */
async function discard(deadLetters: readonly DeadLetter[]): Promise<void> {
  for (const { id } of deadLetters) await operate(`/${id}/discard`, { reason: 'a test' });
}

let processes: object;
/** Of what is sent behind all the unreadable messages. */
let effects: Promise<readonly EffectCheck[]>;

beforeAll(async () => {
  peers = await connectPeers();
  processes = endpoints().processes;
  await Promise.all([
    ...queueDestinations.flatMap((queue) =>
      [...unreadableOf(queue.type), unknownType, largeOf(queue.type, peers.tasks.longest)].map((message) =>
        send(queue, message),
      ),
    ),
    ...handledEvents.flatMap((topic) => unreadableOf(topic.type).map((message) => publishThree(topic, message))),
  ]);
  effects = systemUnderTest.sendThroughEveryConsumer(peers);
});
afterAll(() => peers.close());

describe('a message that cannot be read', () => {
  it('is sent to every queue and to every group of every topic that the brokers have', async () => {
    const queues = [...new Set(queueDestinations.map(({ source }) => source))];
    const hasConsumer = (name: string) => !/-dlq$|\.retry\.\d+ms$|^test/.test(name);
    expect((await peers.tasks.queueNames()).filter(hasConsumer).sort()).toEqual(queues.sort());

    const groups = handledEvents.flatMap(({ source, consumers }) => consumers.map((group) => `${source}.${group}-dlq`));
    const topics = [...topology.topics.map(({ name }) => name), ...groups];
    const found = (await peers.events.topicNames()).filter((name) => !/^test|^__/.test(name));
    expect(found.sort()).toEqual(topics.sort());
  });

  it.each([...queueDestinations, ...handledEvents])(
    'becomes one dead letter of each consumer as $type in $source',
    async (to) => {
      const messages = sent.filter((message) => message.to === to);
      expectDeadLetters(await deadLettersOf(messages), messages);
    },
  );

  it('leaves no dead letter where its type is not handled, nor before the one in front of it is resolved', async () => {
    await deadLettersOf(sent);
    const ids = new Set([...skipped, ...heldBack].map(({ messageId }) => messageId));
    expect((await waiting()).filter(({ messageId }) => ids.has(messageId))).toEqual([]);
  });
});

describe('what is sent behind it', () => {
  it('takes effect at every consumer', async () => {
    const checks = await effects;
    expect(checks.length).toBeGreaterThan(0);
    for (const { promise, check } of checks) {
      process.stderr.write(`  ${promise}\n`);
      await check();
    }
  });

  it('is read in its turn, by every group, once what came before it in its key was discarded', async () => {
    await discard(await deadLettersOf(sent));
    const found = await deadLettersOf(heldBack);
    expectDeadLetters(found, heldBack);
    await discard(found);
  });
});

it('crashes no process', () => {
  expect(endpoints().processes).toEqual(processes);
});
