import { setTimeout as pause } from 'node:timers/promises';
import { testSize } from '@waybill/testing';
import { systemUnderTest } from '../system-under-test.js';
import { deadLetterCounts } from './dead-letter-counts.js';
import { OutboxHarness } from './outbox-harness.js';
import { keepDown } from './processes.js';
import type { Workload } from './system-under-test.js';

const { outageMs } = testSize;
const FIRST_OUTAGE_AFTER = 5_000;
/** How much later each outage begins, in parts of an outage: they overlap, so that most of the time nothing is there. */
const STARTS = { kafka: 0, mail: 0, rabbitmq: 1 / 8, temporal: 1 / 8, postgres: 1 / 4 };

const WORK_AT_A_TIME = 20;
const NEXT_WORK_AFTER = 10_000;

describe(`outages of all servers, ${outageMs / 1_000} seconds each, under load`, () => {
  let harness: OutboxHarness;
  beforeAll(async () => {
    harness = await OutboxHarness.open(100);
  });
  afterAll(() => harness.close());

  it('delay the work: nothing is lost or dead-lettered, and what was delayed is published in order', async () => {
    const deadLetters = await deadLetterCounts();
    const over = new AbortController();
    for (let n = 0; n < 2; n++) harness.startRelay();
    const writing = harness.write({ writers: 4, rest: 40, continueOnError: true, signal: over.signal });
    const workload = await systemUnderTest.startWorkload();
    const adding = addSteadily(workload, over.signal);

    await pause(FIRST_OUTAGE_AFTER);
    const outages = Object.entries(STARTS).map(async ([server, start]) => {
      await pause(start * outageMs);
      await keepDown(server, outageMs);
    });
    await Promise.all(outages);
    over.abort();
    await Promise.all([writing, adding]);

    await workload.expectNothingLost();
    await harness.expectAllInOrder();
    expect(await deadLetterCounts()).toEqual(deadLetters);
  }, 900_000);
});

async function addSteadily(workload: Workload, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    workload.add(WORK_AT_A_TIME);
    await pause(NEXT_WORK_AFTER);
  }
}
