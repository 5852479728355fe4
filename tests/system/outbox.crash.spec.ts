import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { testSize } from '@waybill/testing';
import { OutboxHarness, type Target } from './outbox-harness.js';

const TARGETS: Target[] = ['kafka', 'rabbitmq'];
const KILL_EVERY = 2_000;
const WRITERS = 16;
const transactions = testSize.outboxTransactions;
/** Two a transaction on average, rounded down for those that are rolled back. */
const MESSAGES = Math.floor((WRITERS * transactions * 2 * 0.97) / 1_000) * 1_000;

describe('an outbox whose processes are killed', () => {
  let harness: OutboxHarness;
  afterEach(() => harness.close());

  it('publishes what a writer committed that died before it notified a relay', async () => {
    harness = await OutboxHarness.open(2);
    await harness.writeWithoutNotify();
    harness.startRelay();
    expect(await harness.expectAllInOrder()).toBe(1);
  });

  it.each(TARGETS)(
    'publishes to %s again, under the same id, what a relay published that died before it marked it as published',
    async (target) => {
      harness = await OutboxHarness.open(10);
      await harness.write({ writers: 2, transactions: 50 });
      await once(harness.startRelay({ dieAfterPublishTo: target }), 'exit');
      harness.startRelay();

      expect(await harness.expectAllInOrder()).toBeGreaterThan(await harness.written());
      await harness.expectEffectsOnce();
    },
    60_000,
  );

  it('loses and reorders nothing while each of four relays is killed with a batch in flight', async () => {
    harness = await OutboxHarness.open(100);
    const enough = new AbortController();
    const writing = harness.write({ writers: 4, signal: enough.signal });
    const relays = Array.from({ length: 4 }, () => harness.startRelay());
    for (const target of [...TARGETS, ...TARGETS]) {
      const [relay, slot] = await Promise.any(
        relays.map(async (each, at) => {
          await untilPublishing(each, target);
          return [each, at] as const;
        }),
      );
      await harness.kill(relay);
      relays[slot] = harness.startRelay();
    }
    enough.abort();
    await writing;
    await harness.expectAllInOrder();
    await harness.expectEffectsOnce();
  });

  it(`keeps the order of 1,000 keys over ${MESSAGES} messages of 16 writers, some of them late or rolled back, while relays are killed at work`, async () => {
    harness = await OutboxHarness.open(1_000);
    const haveWorked = new Set<ChildProcess>();
    const start = () => {
      const relay = harness.startRelay();
      relay.on('message', () => haveWorked.add(relay));
      return relay;
    };
    const relays = Array.from({ length: 4 }, start);
    const writing = harness.write({ writers: WRITERS, transactions, lateEvery: 500, rollbackEvery: 50 });
    let kills = 0;
    const killing = (async () => {
      while (!(await isDone(writing)) || (await harness.backlog()) > 0) {
        await pause(KILL_EVERY);
        const slot = relays.findIndex((relay) => haveWorked.has(relay));
        if (slot < 0) continue; // on a slow machine none has even started
        const [oldest] = relays.splice(slot, 1);
        await harness.kill(oldest!);
        relays.push(start());
        kills++;
      }
    })();
    await writing;
    await killing;
    expect(await harness.written()).toBeGreaterThanOrEqual(MESSAGES);
    expect(kills).toBeGreaterThan(relays.length);
    await harness.expectAllInOrder();
  }, 400_000);
});

/** Resolves when the relay publishes a batch to this target. */
async function untilPublishing(relay: ChildProcess, target: Target): Promise<void> {
  for (;;) {
    const [publishing] = await once(relay, 'message');
    if (publishing === target) return;
  }
}

const isDone = (work: Promise<unknown>) => Promise.race([work.then(() => true), pause(0, false)]);
