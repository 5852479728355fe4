import { setTimeout as pause } from 'node:timers/promises';
import { ShopsDay } from '../shops-day.js';
import { Chronicle } from './chronicle.js';
import { deadLetters } from './dead-letters.js';
import { keepDown } from './servers.js';

const AWAY = 120_000;
/** When the outages begin, in milliseconds: they overlap, so that for a minute and a half nothing is there at all. */
const OUTAGES = { kafka: 5_000, mail: 5_000, rabbitmq: 20_000, temporal: 20_000, postgres: 35_000 };

const RARE_COPIES = 5;
const SOME_ORDERS = 10;
const NEXT_ORDERS_AFTER = 5_000;

describe('servers that are away for two minutes each, under load,', () => {
  let chronicle: Chronicle;
  beforeAll(async () => {
    chronicle = await Chronicle.open(100);
  });
  afterAll(() => chronicle.close());

  it('delay the work: nothing is lost or dead-lettered, and what waited leaves in order', async () => {
    const over = new AbortController();
    for (let n = 0; n < 2; n++) chronicle.startRelay();
    const writing = chronicle.write({ writers: 4, rest: 40, patient: true, signal: over.signal });
    const day = await ShopsDay.begin(RARE_COPIES);
    const ordering = orderSteadily(day, over.signal);

    const outages = Object.entries(OUTAGES).map(async ([server, start]) => {
      await pause(start);
      await keepDown(server, AWAY);
    });
    await Promise.all(outages);
    over.abort();
    await Promise.all([writing, ordering]);

    await day.expectNothingWasLost();
    await chronicle.expectAllInOrder();
    expect(await deadLetters()).toEqual({});
  }, 900_000);
});

async function orderSteadily(day: ShopsDay, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    day.order(SOME_ORDERS);
    await pause(NEXT_ORDERS_AFTER);
  }
}
