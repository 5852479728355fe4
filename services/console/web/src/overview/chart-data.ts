import { formatDuration, formatNumber } from '../shell/index.js';
import { perSecond } from './figures.js';
import { ORDER_CHARTS } from './order-charts.js';
import type { SeriesTable } from './use-overview.js';

export interface ChartDefinition {
  title: string;
  /** Of the series, which share their unit. */
  names: readonly string[];
}

export const CHARTS: readonly ChartDefinition[] = [
  ...ORDER_CHARTS,
  { title: 'Messages', names: ['published', 'handled', 'deadLettered'] },
  { title: 'Message handling', names: ['handlingP50', 'handlingP95', 'handlingP99'] },
  { title: 'HTTP requests', names: ['httpP50', 'httpP95', 'httpP99'] },
  { title: 'Oldest unconsumed message', names: ['lagSeconds'] },
  { title: 'Unconsumed messages', names: ['lagMessages'] },
  { title: 'Messages that wait elsewhere', names: ['outboxMessages', 'retriesWaiting', 'parkedEvents'] },
];

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** One row for each time. */
export function rowsOf(
  { times }: SeriesTable,
  series: SeriesTable['series'],
): Record<string, string | number | null>[] {
  return times.map((time, n) => ({
    at: clock.format(new Date(time)),
    ...Object.fromEntries(series.map(({ name, values }) => [name, values[n] ?? null])),
  }));
}

export function formatValue(value: number, unit: SeriesTable['series'][number]['unit']): string {
  if (unit === 'seconds') return formatDuration(value * 1_000);
  return unit === 'per second' ? perSecond(value) : formatNumber(value);
}
