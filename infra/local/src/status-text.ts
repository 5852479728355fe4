import { formatTable } from '@waybill/cli';
import type { Figures } from './status-figures.js';

export interface ProcessStatus {
  name: string;
  pid?: number;
  state: string;
}

const UNKNOWN = '  unknown: the console does not respond';

/** What a person reads: processes first, then what is on its way. */
export function statusText(head: string, processes: readonly ProcessStatus[], figures: Figures): string {
  const { orders, rates, lag, retries, outboxes, deadLetters, parked } = figures;
  return [
    head,
    ...processes.map(({ name, pid, state }) => `  ${name.padEnd(18)} ${String(pid ?? '-').padStart(8)}  ${state}`),
    '',
    `Orders               ${counts(orders.byStatus) || 'none yet'}`,
    `  in progress        ${counts(orders.inProgress) || 'none'}`,
    `  a second           ${rate(rates.ordersPlaced)} placed, ${rate(rates.ordersConfirmed)} confirmed`,
    `Messages a second    ${rate(rates.messagesPublished)} published, ${rate(rates.messagesHandled)} handled`,
    '',
    'Consumers behind',
    list(lag, ['consumer', 'source', 'messages', 'oldest'], (row) => [
      row.consumer,
      row.source,
      String(row.messages),
      age(row.seconds),
    ]),
    'Waiting for a retry',
    list(retries, ['consumer', 'source', 'messages'], (row) => [row.consumer, row.source, String(row.messages)]),
    'Outboxes',
    list(outboxes, ['process', 'target', 'messages', 'oldest'], (row) => [
      row.process,
      row.target,
      String(row.messages),
      age(row.seconds),
    ]),
    'Dead letters (npm run dlq -- groups)',
    list(deadLetters, ['consumer', 'source', 'class', 'messages', 'oldest'], (row) => [
      row.consumer,
      row.source,
      row.class,
      String(row.messages),
      age(row.seconds),
    ]),
    'Parked keys',
    list(parked, ['process', 'topic', 'keys', 'events', 'oldest'], (row) => [
      row.process,
      row.topic,
      String(row.keys),
      String(row.events),
      age(row.seconds),
    ]),
  ].join('\n');
}

function list<T>(rows: readonly T[] | null, head: string[], cells: (row: T) => string[]): string {
  if (!rows) return UNKNOWN;
  if (rows.length === 0) return '  none';
  return formatTable(head, rows.map(cells)).replaceAll(/^/gm, '  ');
}

function counts(byStatus: Record<string, number> | null): string {
  if (!byStatus) return 'unknown';
  const present = Object.entries(byStatus).filter(([, count]) => count > 0);
  return present.map(([status, count]) => `${count} ${status}`).join(', ');
}

const rate = (perSecond: number | null): string => (perSecond === null ? 'unknown' : perSecond.toFixed(1));

/** Rounded to what matters: `40 s`, `3 min`, `2.5 h`, `4.0 d`. */
export function age(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}
