import { order, violationsAfter } from './healthy-system.fixture.js';
import { eventsInOrder } from './i8-order.js';

const after = (...statuses: string[]) =>
  violationsAfter(eventsInOrder, ({ orders }) => {
    orders.push(order('one', 'FAILED', { history: statuses.map((status) => ({ status })) }));
  });

describe('I8, events in their order', () => {
  it.each([[['PENDING', 'RESERVED', 'FAILED', 'PENDING', 'CONFIRMED', 'SHIPPED']], [['PENDING', 'CANCELLED']]])(
    'holds for %j',
    (statuses) => {
      expect(after(...statuses)).toEqual([]);
    },
  );

  it.each([
    [['PENDING', 'PAID', 'RESERVED']],
    [['PENDING', 'CONFIRMED', 'FAILED']],
    [['PENDING', 'FAILED', 'CONFIRMED']],
    [['PENDING', 'CONFIRMED', 'PENDING']],
    [['RESERVED']],
  ])('is broken by %j', (statuses) => {
    expect(after(...statuses)).toEqual([`order one was ${statuses.join(', ')}`]);
  });
});
