import { gauge, violationsAfter } from './healthy-system.fixture.js';
import { nothingVanishes } from './i7-nothing-vanishes.js';

describe('I7, nothing vanishes', () => {
  it('holds when everything is published and consumed', () => {
    expect(violationsAfter(nothingVanishes)).toEqual([]);
  });

  it('is broken by messages that are not published, and by messages that are not consumed', () => {
    const violations = violationsAfter(nothingVanishes, ({ processes }) => {
      processes.push({
        name: 'email',
        samples: [gauge('waybill_outbox_backlog', 2), gauge('waybill_consumer_lag_messages', 3)],
      });
    });
    expect(violations).toEqual([
      'email has 2 messages for kafka that are not published',
      'email has 3 messages of orders.events to consume',
    ]);
  });
});
