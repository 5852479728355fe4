import { gauge, violationsAfter } from './healthy-system.fixture.js';
import { nothingStuck } from './i9-nothing-stuck.js';

const after = (deadLetters: number) =>
  violationsAfter(nothingStuck, ({ processes }) => {
    processes.push(
      { name: 'email', samples: [gauge('waybill_kafka_parked_events', 4)] },
      {
        name: 'console',
        samples: [gauge('waybill_dead_letters_waiting', deadLetters, { source: 'orders.events' })],
      },
    );
  });

describe('I9, nothing stuck', () => {
  it('holds when parked events wait behind a dead letter', () => {
    expect(after(1)).toEqual([]);
  });

  it('is broken by parked events that wait for nothing', () => {
    expect(after(0)).toEqual(['4 events of orders.events wait in email']);
  });
});
