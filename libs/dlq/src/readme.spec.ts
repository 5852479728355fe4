import { readFileSync } from 'node:fs';
import { AmqplibClient } from '@waybill/messaging';
import { type FreshVhost, freshVhost, RabbitPeer, until } from '@waybill/testing';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  outboxOf,
  quiet,
  rawDeadLetter,
  TASKS,
} from './dead-letters.fixture.js';
import { collectDeadLetters, discardMany, resolveTwo } from './readme.example.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const unindented = (code: string) => code.replace(/^ +/gm, '');

let database: DeadLetterHarness;
let vhost: FreshVhost;
let rabbit: RabbitPeer;
let client: AmqplibClient;
beforeAll(async () => {
  [database, vhost] = await Promise.all([deadLetterDatabase(), freshVhost()]);
  rabbit = await RabbitPeer.connect(vhost.url);
  client = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
});
afterAll(async () => {
  await Promise.all([client.close(), rabbit.close()]);
  await Promise.all([database.drop(), vhost.drop()]);
});

describe('the README', () => {
  it('shows the code of readme.example.ts, word for word', () => {
    const shown = [...read('src/readme.example.ts').matchAll(/\/\/ README: .*\n([\s\S]*?)\n *\/\/ end/g)];
    expect(shown).toHaveLength(3);
    for (const [, code] of shown) expect(read('README.md')).toContain(unindented(code!));
  });

  it('collects two dead letters, resubmits one with a corrected body and discards the other', async () => {
    const contract = { type: 'parcels.Weigh.v1', destination: { name: TASKS.name }, subjectOf: () => 'parcel-1' };
    const failure = Object.entries(rawDeadLetter({ class: 'malformed' }).headers).filter(([name]) =>
      name.startsWith('x-'),
    );
    const stop = collectDeadLetters({
      database,
      logger: quiet,
      client,
      sources: [TASKS],
      declare: () => rabbit.declare(TASKS.name),
    });
    try {
      await until('the queue is declared', async () => (await rabbit.waiting(TASKS.name)) === 0);
      for (const bytes of ['{', '{{']) await rabbit.send(contract, {}, { bytes, headers: Object.fromEntries(failure) });
      const all = () => new DeadLetterQueries().list(database.autocommit, {}, { limit: 10 });
      await until('both are stored', async () => (await all()).items.length === 2);
      await resolveTwo(database, Buffer.from('{}'));

      expect((await all()).items.map(({ status }) => status)).toEqual(['resubmitted', 'discarded']);
      expect((await outboxOf(database)).map(({ body }) => body)).toEqual(['{}']);
    } finally {
      await stop();
    }
  });

  it('discards many at a rate', async () => {
    const deadLetters = ['one', 'two', 'three'].map((messageId) => aDeadLetter({ messageId }));
    const ids = await collect(database, ...deadLetters);
    const { batches, runner, selected, batch } = await discardMany(database, quiet);
    const find = async () => (await batches.find(database.autocommit, batch.id))!;
    await until('the batch is done', async () => (await find()).status === 'done');
    await runner.stop();

    expect([selected, (await find()).resolved]).toEqual([3, 3]);
    const { items } = await new DeadLetterQueries().list(database.autocommit, { status: 'discarded' }, { limit: 10 });
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });
});
