import { failureHeaders } from '@waybill/messaging';
import { register } from 'prom-client';
import { Collector } from './collector.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import { type DeadLetterHarness, deadLetterDatabase, EVENTS, outboxOf, quiet, TASKS } from './dead-letters.fixture.js';
import { parseDeadLetter } from './parse-dead-letter.js';
import { Review } from './review.js';

const NAMESPACE = 'tenant';
const HEADERS = {
  'content-type': 'application/json',
  ...failureHeaders(
    {
      source: 'parcels.weigh',
      consumer: 'parcels',
      class: 'business',
      error: 'too heavy',
      attempts: 2,
      firstFailedAt: '2026-01-01T00:00:00.000Z',
      lastFailedAt: '2026-01-01T00:00:11.000Z',
    },
    NAMESPACE,
  ),
};

describe('a dead letter with the headers of another namespace', () => {
  let database: DeadLetterHarness;
  beforeAll(async () => {
    database = await deadLetterDatabase();
  });
  afterAll(() => database.drop());

  async function collect(messageId: string, from = TASKS): Promise<string> {
    const collector = new Collector({ database, logger: quiet, namespace: NAMESPACE });
    const raw = { headers: HEADERS, body: Buffer.from('{}'), messageId };
    await collector.collect(parseDeadLetter(from, raw, collector.namespace));
    const { items } = await new DeadLetterQueries().list(database.autocommit, { messageId }, { limit: 1 });
    return items[0]!.id;
  }
  const resubmit = (id: string) =>
    database.transaction((tx) => new Review({ namespace: NAMESPACE }).resubmit(tx, id, { by: 'ada' }));

  it('is read, counted and resubmitted with that namespace', async () => {
    const id = await collect('task-1');
    expect(await new DeadLetterQueries().find(database.autocommit, id)).toMatchObject({
      class: 'business',
      error: 'too heavy',
      attempts: 2,
      lastFailedAt: '2026-01-01T00:00:11.000Z',
    });
    const counted = await register.getSingleMetricAsString('tenant_dead_letters_collected_total');
    expect(counted).toMatch(/class="business",how="new"} 1$/);

    await resubmit(id);
    const [message] = await outboxOf(database);
    expect(Object.keys(message!.headers)).toEqual(['content-type', 'cloudEvents:id']);
  });

  it('from a topic is released with a message type of that namespace', async () => {
    await resubmit(await collect('event-1', EVENTS));
    const [message] = (await outboxOf(database)).filter(({ destination }) => destination === 'mailer.parked');
    expect(message!.headers).toMatchObject({ 'cloudEvents:type': 'tenant.ReleaseParked.v1' });
  });

  it('has no known reason for a reader of the default namespace', () => {
    const { class: failureClass, error } = parseDeadLetter(TASKS, { headers: HEADERS, body: Buffer.from('{}') });
    expect([failureClass, error]).toEqual(['transient', 'no reason given: it has no failure headers']);
  });
});
