import { type Broker, type Copy, CrashHarness } from './crash-harness.fixture.js';

const MEGABYTE = 1024 * 1024;

let harness: CrashHarness;
let consumer: Copy;
beforeAll(async () => {
  harness = await CrashHarness.open();
  consumer = await harness.copy();
});
afterAll(() => harness.close());

/** Sends a message and one of another key behind it; resolves with its id and how long the other one took, in ms. */
async function sendBefore(broker: Broker, options: object, changes: object) {
  const about = crypto.randomUUID();
  const id = await harness.send(broker, about, 'bad', options, changes);
  const sent = performance.now();
  await harness.send(broker, `behind ${about}`, 'good');
  await harness.untilEffects(`behind ${about}`, 1);
  return { id, about, heldUp: Math.round(performance.now() - sent) };
}

const figures: string[] = [];
afterAll(() => process.stderr.write(`messages behind took effect after, in ms: ${figures.join(', ')}\n`));

const known = { about: 'known', what: 'known' };
const poison: [string, string, object, object, object][] = [
  ['that is no JSON', 'malformed', {}, { bytes: '{"about":' }, { attempts: 1 }],
  ['with an empty body', 'malformed', {}, { bytes: '' }, { attempts: 1 }],
  ['that does not fit its contract', 'malformed', {}, { bytes: '{"about":42}' }, { attempts: 1 }],
  ['that the business rejects', 'business', { behaviour: 'reject' }, {}, { attempts: 1, error: 'never' }],
  ['whose handler always fails', 'transient', { behaviour: 'fail' }, {}, { attempts: 4, error: 'it does not work' }],
];

describe.each<Broker>(['rabbitmq', 'kafka'])('on %s a message', (broker) => {
  it.each(poison)(
    '%s becomes a dead letter (%s), and those behind it are handled',
    async (name, kind, options, changes, more) => {
      const { id, about, heldUp } = await sendBefore(broker, options, changes);
      figures.push(`${broker} ${name}: ${heldUp}`);
      expect(await harness.deadLetter(broker)).toMatchObject({ id, class: kind, consumer: 'harness', ...more });
      expect(await harness.effectsOf(about)).toEqual([]);
      expect(consumer.deaths).toBe(0);
    },
  );

  it('whose handler fails twice works at the third attempt', async () => {
    const { about } = await sendBefore(broker, { behaviour: 'fail twice' }, {});
    await harness.untilEffects(about, 1);
    expect(await harness.effectsOf(about)).toEqual(['bad']);
    expect(await harness.deadLetters()).toBe(0);
  });

  it('of an unknown version becomes a dead letter', async () => {
    const type = broker === 'rabbitmq' ? 'test.TestTask.v9' : 'test.TestEvent.v9';
    const id = await harness.sendAs(broker, type, known);
    expect(await harness.deadLetter(broker)).toMatchObject({ id, class: 'malformed' });
  });
});

it('a task of a type without a handler becomes a dead letter, such an event is skipped', async () => {
  const skipped = await harness.sendAs('kafka', 'test.Unhandled.v1', { about: 'skipped', what: 'first' });
  await harness.send('kafka', 'skipped', 'second');
  const id = await harness.sendAs('rabbitmq', 'test.Unhandled.v1', known);
  expect(await harness.deadLetter('rabbitmq')).toMatchObject({ id, class: 'malformed' });
  await harness.untilEffects('skipped', 1);
  expect(await harness.effectsOf('skipped')).toEqual(['second']);
  expect(skipped).toBeDefined();
  expect(await harness.deadLetters()).toBe(0);
});

it('a task of 2 MB is handled like any other, and dead-lettered unchanged', async () => {
  const padding = 'x'.repeat(2 * MEGABYTE);
  await harness.send('rabbitmq', 'large', 'one', { padding });
  await harness.untilEffects('large', 1);

  const id = await harness.send('rabbitmq', 'large', 'bad', { padding, behaviour: 'reject' });
  const deadLetter = await harness.deadLetter('rabbitmq');
  expect(deadLetter).toMatchObject({ id, class: 'business' });
  expect(JSON.parse(deadLetter.body)).toMatchObject({ padding });
});

it('none of that crashed the process', () => {
  expect(consumer.deaths).toBe(0);
});
