import { type Broker, type Copy, CrashBench } from './crash-bench.fixture.js';

const MEGABYTE = 1024 * 1024;

let bench: CrashBench;
let consumer: Copy;
beforeAll(async () => {
  bench = await CrashBench.open();
  consumer = await bench.copy();
}, 120_000);
afterAll(() => bench.close());

/** Says it, and something else behind it, of another key; resolves with its id and how long the other one took, in ms. */
async function sayBefore(broker: Broker, deed: object, changes: object) {
  const about = crypto.randomUUID();
  const id = await bench.say(broker, about, 'bad', deed, changes);
  const sent = performance.now();
  await bench.say(broker, `behind ${about}`, 'good');
  await bench.untilEffects(`behind ${about}`, 1);
  return { id, about, heldUp: Math.round(performance.now() - sent) };
}

const figures: string[] = [];
afterAll(() => process.stderr.write(`what came behind it took effect after, in ms: ${figures.join(', ')}\n`));

const known = { about: 'known', what: 'known' };
const poison: [string, string, object, object, object][] = [
  ['that is no JSON', 'malformed', {}, { bytes: '{"about":' }, { attempts: 1 }],
  ['with an empty body', 'malformed', {}, { bytes: '' }, { attempts: 1 }],
  ['that does not fit its contract', 'malformed', {}, { bytes: '{"about":42}' }, { attempts: 1 }],
  ['that the business refuses', 'business', { deed: 'refuse' }, {}, { attempts: 1, error: 'never' }],
  ['whose handler always fails', 'transient', { deed: 'fail' }, {}, { attempts: 4, error: 'it does not work' }],
];

describe.each<Broker>(['rabbitmq', 'kafka'])('on %s a message', (broker) => {
  it.each(poison)(
    '%s becomes a dead letter (%s), and those behind it go on',
    async (name, kind, deed, changes, more) => {
      const { id, about, heldUp } = await sayBefore(broker, deed, changes);
      figures.push(`${broker} ${name}: ${heldUp}`);
      expect(await bench.deadLetter(broker)).toMatchObject({ id, class: kind, consumer: 'bench', ...more });
      expect(await bench.effectsOf(about)).toEqual([]);
      expect(consumer.deaths).toBe(0);
    },
  );

  it('whose handler fails twice works at the third attempt', async () => {
    const { about } = await sayBefore(broker, { deed: 'fail twice' }, {});
    await bench.untilEffects(about, 1);
    expect(await bench.effectsOf(about)).toEqual(['bad']);
    expect(await bench.deadLetters()).toBe(0);
  });

  it('of an unknown version becomes a dead letter', async () => {
    const type = broker === 'rabbitmq' ? 'test.DoIt.v9' : 'test.ItHappened.v9';
    const id = await bench.sayAs(broker, type, known);
    expect(await bench.deadLetter(broker)).toMatchObject({ id, class: 'malformed' });
  });
});

it('a task of a type that nobody handles becomes a dead letter, an event of one is skipped', async () => {
  const skipped = await bench.sayAs('kafka', 'test.Nobody.v1', { about: 'skipped', what: 'first' });
  await bench.say('kafka', 'skipped', 'second');
  const id = await bench.sayAs('rabbitmq', 'test.Nobody.v1', known);
  expect(await bench.deadLetter('rabbitmq')).toMatchObject({ id, class: 'malformed' });
  await bench.untilEffects('skipped', 1);
  expect(await bench.effectsOf('skipped')).toEqual(['second']);
  expect(skipped).toBeDefined();
  expect(await bench.deadLetters()).toBe(0);
});

it('a task of 2 MB is handled like any other, and given up whole', async () => {
  const padding = 'x'.repeat(2 * MEGABYTE);
  await bench.say('rabbitmq', 'large', 'one', { padding });
  await bench.untilEffects('large', 1);

  const id = await bench.say('rabbitmq', 'large', 'bad', { padding, deed: 'refuse' });
  const letter = await bench.deadLetter('rabbitmq');
  expect(letter).toMatchObject({ id, class: 'business' });
  expect(JSON.parse(letter.body)).toMatchObject({ padding });
});

it('all of that happened to one and the same process', () => {
  expect(consumer.deaths).toBe(0);
});
