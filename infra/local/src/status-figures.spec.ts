import { type Sample, samplesOf } from '@waybill/cli';
import { figuresOf, type Reading } from './status-figures.js';
import { age, statusText } from './status-text.js';

const metrics = (...lines: string[]): Sample[] => samplesOf(`${lines.join('\n')}\n`);
const reading = (at: number, samples: Record<string, Sample[] | undefined>, orders?: Reading['orders']): Reading => ({
  at,
  samples: new Map(Object.entries(samples)),
  orders,
});

const lagOf = (messages: number, seconds: number) => {
  const labels = '{broker="rabbitmq",source="inventory.reserve",consumer="inventory"}';
  return [`waybill_consumer_lag_messages${labels} ${messages}`, `waybill_consumer_lag_seconds${labels} ${seconds}`];
};
const consoleWith = (messages: number, seconds: number) =>
  metrics(
    ...lagOf(messages, seconds),
    'waybill_retries_waiting{source="email.send",consumer="email"} 2',
    'waybill_dead_letters_waiting{source="email.send",consumer="email",class="transient"} 3',
    'waybill_dead_letters_oldest_age_seconds{source="email.send",consumer="email",class="transient"} 60',
  );
const processor = (confirmed: number) =>
  metrics(
    'waybill_orders_in_progress{status="PENDING"} 4',
    'waybill_orders_in_progress{status="PAID"} 0',
    `waybill_orders_ended_total{outcome="CONFIRMED",reason="",saga="orchestration"} ${confirmed}`,
    'waybill_orders_ended_total{outcome="FAILED",reason="TIMED_OUT",saga="orchestration"} 99',
    'waybill_outbox_backlog{target="kafka"} 7',
    'waybill_outbox_oldest_age_seconds{target="kafka"} 1.5',
    'waybill_outbox_backlog{target="rabbitmq"} 0',
    'waybill_kafka_parked_events{topic="payments.events"} 5',
    'waybill_kafka_parked_keys{topic="payments.events"} 2',
    'waybill_kafka_parked_oldest_age_seconds{topic="payments.events"} 30',
  );
const api = (placed: number) => metrics(`waybill_orders_placed_total ${placed}`);
const orders = { PENDING: 4, CONFIRMED: 10 };

const before = reading(0, { console: consoleWith(0, 0), 'order-processor': processor(6), 'order-api': api(10) });
const now = reading(
  2_000,
  { console: consoleWith(120, 45), 'order-processor': processor(10), 'order-api': api(20) },
  orders,
);

describe('the figures of a system', () => {
  it('are what waits, and rates between two readings', () => {
    expect(figuresOf(now, before)).toEqual({
      orders: { byStatus: orders, inProgress: { PENDING: 4, PAID: 0 } },
      rates: { ordersPlaced: 5, ordersConfirmed: 2, messagesPublished: 0, messagesHandled: 0 },
      lag: [{ consumer: 'inventory', source: 'inventory.reserve', broker: 'rabbitmq', messages: 120, seconds: 45 }],
      retries: [{ consumer: 'email', source: 'email.send', messages: 2 }],
      outboxes: [{ process: 'order-processor', target: 'kafka', messages: 7, seconds: 1.5 }],
      deadLetters: [{ consumer: 'email', source: 'email.send', class: 'transient', messages: 3, seconds: 60 }],
      parked: [{ process: 'order-processor', topic: 'payments.events', events: 5, keys: 2, seconds: 30 }],
    });
  });

  it('are unknown, not zero, when the process that has them does not respond', () => {
    const without = reading(2_000, { console: undefined, 'order-processor': processor(10), 'order-api': undefined });
    expect(figuresOf(without, before)).toMatchObject({
      orders: { byStatus: null, inProgress: { PENDING: 4, PAID: 0 } },
      rates: { ordersPlaced: null, ordersConfirmed: 2 },
      lag: null,
      retries: null,
      deadLetters: null,
      outboxes: [{ process: 'order-processor', messages: 7 }],
    });
  });

  it('show no negative rate when a process was started again', () => {
    const restarted = reading(2_000, { 'order-processor': processor(1), 'order-api': api(0) });
    expect(figuresOf(restarted, before).rates).toMatchObject({ ordersPlaced: 0, ordersConfirmed: 0 });
  });
});

describe('what a person reads', () => {
  it('names each process, what waits, and what is unknown', () => {
    const processes = [
      { name: 'inventory', state: 'down' },
      { name: 'console', pid: 12, state: 'ready' },
    ];
    const text = statusText('Waybill is running', processes, { ...figuresOf(now, before), deadLetters: null });
    expect(text.split('\n')).toEqual([
      'Waybill is running',
      '  inventory                 -  down',
      '  console                  12  ready',
      '',
      'Orders               4 PENDING, 10 CONFIRMED',
      '  in progress        4 PENDING',
      '  a second           5.0 placed, 2.0 confirmed',
      'Messages a second    0.0 published, 0.0 handled',
      '',
      'Consumers behind',
      '  consumer   source             messages  oldest',
      '  inventory  inventory.reserve  120       45 s',
      'Waiting for a retry',
      '  consumer  source      messages',
      '  email     email.send  2',
      'Outboxes',
      '  process          target  messages  oldest',
      '  order-processor  kafka   7         2 s',
      'Dead letters (npm run dlq -- groups)',
      '  unknown: the console does not respond',
      'Parked keys',
      '  process          topic            keys  events  oldest',
      '  order-processor  payments.events  2     5       30 s',
    ]);
  });

  it.each([
    [0.4, '0 s'],
    [89, '89 s'],
    [95, '2 min'],
    [7_200, '2.0 h'],
    [4 * 86_400, '4.0 d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(age(seconds)).toBe(text);
  });
});
