import type { Sample } from '@waybill/cli';

/** What the processes showed at one moment. */
export interface Reading {
  /** In ms. */
  at: number;
  /** By process; undefined: it did not respond. */
  samples: ReadonlyMap<string, readonly Sample[] | undefined>;
  /** Orders by status, as analytics counts them; undefined while it does not respond. */
  orders: Record<string, number> | undefined;
}

/** What is on its way. A list without entries says that nothing waits, null that it is unknown: who would say it does not respond. */
export interface Figures {
  orders: { byStatus: Record<string, number> | null; inProgress: Record<string, number> | null };
  /** A second. */
  rates: {
    ordersPlaced: number | null;
    ordersConfirmed: number | null;
    messagesPublished: number | null;
    messagesHandled: number | null;
  };
  lag: { consumer: string; source: string; broker: string; messages: number; seconds: number }[] | null;
  retries: { consumer: string; source: string; messages: number }[] | null;
  outboxes: { process: string; target: string; messages: number; seconds: number }[];
  deadLetters: { consumer: string; source: string; class: string; messages: number; seconds: number }[] | null;
  parked: { process: string; topic: string; events: number; keys: number; seconds: number }[];
}

type Series = Sample & { process: string };

/** Rates are those between the two readings. */
export function figuresOf(reading: Reading, before: Reading): Figures {
  const of = (name: string) => seriesOf(reading, name);
  /** The value of another metric for the same labels. */
  const beside = (name: string, { process, labels }: Series): number =>
    of(name).find((one) => one.process === process && isEqual(one.labels, labels))?.value ?? 0;
  const waiting = (name: string) => of(name).filter(({ value }) => value > 0);
  const known = <T>(process: string, figures: T): T | null => (reading.samples.get(process) ? figures : null);
  const rate = (name: string, labels: Record<string, string> = {}) => rateOf(reading, before, name, labels);

  const inProgress = of('waybill_orders_in_progress').map(({ labels, value }) => [labels.status!, value] as const);
  return {
    orders: {
      byStatus: reading.orders ?? null,
      inProgress: inProgress.length ? Object.fromEntries(inProgress) : null,
    },
    rates: {
      ordersPlaced: known('order-api', rate('waybill_orders_placed_total')),
      ordersConfirmed: known('order-processor', rate('waybill_orders_ended_total', { outcome: 'CONFIRMED' })),
      messagesPublished: rate('waybill_outbox_published_total'),
      messagesHandled: rate('waybill_messages_handled_total'),
    },
    lag: of('waybill_consumer_lag_messages').length
      ? waiting('waybill_consumer_lag_messages').map((series) => {
          const { consumer, source, broker } = series.labels as Record<'consumer' | 'source' | 'broker', string>;
          return {
            consumer,
            source,
            broker,
            messages: series.value,
            seconds: beside('waybill_consumer_lag_seconds', series),
          };
        })
      : null,
    retries: known(
      'console',
      waiting('waybill_retries_waiting').map(({ labels: { consumer, source }, value }) => {
        return { consumer: consumer!, source: source!, messages: value };
      }),
    ),
    outboxes: waiting('waybill_outbox_backlog').map((series) => {
      const { process, labels, value } = series;
      return {
        process,
        target: labels.target!,
        messages: value,
        seconds: beside('waybill_outbox_oldest_age_seconds', series),
      };
    }),
    deadLetters: known(
      'console',
      waiting('waybill_dead_letters_waiting').map((series) => {
        const { consumer, source, class: kind } = series.labels as Record<'consumer' | 'source' | 'class', string>;
        const seconds = beside('waybill_dead_letters_oldest_age_seconds', series);
        return { consumer, source, class: kind, messages: series.value, seconds };
      }),
    ),
    parked: waiting('waybill_kafka_parked_events').map((series) => ({
      process: series.process,
      topic: series.labels.topic!,
      events: series.value,
      keys: beside('waybill_kafka_parked_keys', series),
      seconds: beside('waybill_kafka_parked_oldest_age_seconds', series),
    })),
  };
}

const seriesOf = ({ samples }: Reading, name: string): Series[] =>
  [...samples].flatMap(([process, own = []]) =>
    own.filter((sample) => sample.name === name).map((sample) => ({ ...sample, process })),
  );

const isEqual = (a: Record<string, string>, b: Record<string, string>) => JSON.stringify(a) === JSON.stringify(b);

/** A counter that went back belongs to a process that was started again. Null when no process responds. */
function rateOf(reading: Reading, before: Reading, name: string, labels: Record<string, string>): number | null {
  const totals = (of: Reading) => {
    const counted = seriesOf(of, name).filter(({ labels: own }) =>
      Object.entries(labels).every(([label, value]) => own[label] === value),
    );
    return new Map(
      [...Map.groupBy(counted, ({ process }) => process)].map(([process, series]) => [
        process,
        series.reduce((sum, { value }) => sum + value, 0),
      ]),
    );
  };
  const earlier = totals(before);
  const now = totals(reading);
  if (![...reading.samples.values()].some(Boolean)) return null;
  const grown = [...now].reduce(
    (sum, [process, total]) => sum + Math.max(0, total - (earlier.get(process) ?? total)),
    0,
  );
  return (grown * 1_000) / (reading.at - before.at);
}
