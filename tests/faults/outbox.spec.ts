import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Chronicle, type Target } from './chronicle.js';

const TARGETS: Target[] = ['kafka', 'rabbitmq'];

describe('an outbox whose processes are killed', () => {
  let chronicle: Chronicle;
  afterEach(() => chronicle.close());

  it('publishes what was committed by a writer that died before anybody heard of it', async () => {
    chronicle = await Chronicle.open(2);
    await chronicle.writeUnheard();
    chronicle.startRelay();
    expect(await chronicle.expectAllInOrder()).toBe(1);
  });

  it.each(TARGETS)(
    'publishes to %s again, under the same id, what a relay published that died before it could mark it',
    async (target) => {
      chronicle = await Chronicle.open(10);
      await chronicle.write({ writers: 2, transactions: 50 });
      await once(chronicle.startRelay({ dieAfterPublishTo: target }), 'exit');
      chronicle.startRelay();

      expect(await chronicle.expectAllInOrder()).toBeGreaterThan(await chronicle.written());
      await chronicle.expectEffectsOnce();
    },
    60_000,
  );

  it('loses and reorders nothing while each of four relays is killed with a batch in hand', async () => {
    chronicle = await Chronicle.open(100);
    const enough = new AbortController();
    const writing = chronicle.write({ writers: 4, signal: enough.signal });
    const relays = Array.from({ length: 4 }, () => chronicle.startRelay());
    for (const target of [...TARGETS, ...TARGETS]) {
      const [relay, slot] = await Promise.any(
        relays.map(async (each, at) => {
          await untilPublishing(each, target);
          return [each, at] as const;
        }),
      );
      await chronicle.end(relay);
      relays[slot] = chronicle.startRelay();
    }
    enough.abort();
    await writing;
    await chronicle.expectAllInOrder();
    await chronicle.expectEffectsOnce();
  }, 120_000);

  it('keeps the order of 1,000 keys over 100,000 messages of 16 writers, some of them late or rolled back, while one of four relays is killed every two seconds', async () => {
    chronicle = await Chronicle.open(1_000);
    const relays = Array.from({ length: 4 }, () => chronicle.startRelay());
    const writing = chronicle.write({ writers: 16, transactions: 3_300, lateEvery: 1_000, rollbackEvery: 50 });
    let kills = 0;
    const killing = (async () => {
      while (!(await isDone(writing)) || (await chronicle.waiting()) > 0) {
        await pause(2_000);
        const slot = kills++ % relays.length;
        await chronicle.end(relays[slot]!);
        relays[slot] = chronicle.startRelay();
      }
    })();
    await writing;
    await killing;
    expect(await chronicle.written()).toBeGreaterThanOrEqual(100_000);
    expect(kills).toBeGreaterThan(relays.length);
    await chronicle.expectAllInOrder();
  }, 400_000);
});

/** Resolves when the relay hands a batch to this target. */
async function untilPublishing(relay: ChildProcess, target: Target): Promise<void> {
  for (;;) {
    const [publishing] = await once(relay, 'message');
    if (publishing === target) return;
  }
}

const isDone = (work: Promise<unknown>) => Promise.race([work.then(() => true), pause(0, false)]);
