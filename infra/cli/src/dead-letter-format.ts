import type {
  Batch,
  BatchAction,
  BatchResponse,
  DeadLetter,
  DeadLetterDetail,
  DeadLetterGroup,
  Page,
} from './dead-letter-api.js';
import { formatTable, oneLine } from './table.js';

/** The output of the dlq commands for people. */

export function formatDeadLetters({ items, nextCursor }: Page<DeadLetter>): string {
  if (!items.length) return 'There are none.';
  const rows = items.map((deadLetter) => [
    deadLetter.id,
    deadLetter.source,
    deadLetter.consumer,
    deadLetter.class,
    deadLetter.status,
    shortTime(deadLetter.lastFailedAt),
    deadLetter.key ?? '-',
    oneLine(deadLetter.error, 60),
  ]);
  const table = formatTable(['id', 'source', 'consumer', 'class', 'status', 'failed at', 'key', 'error'], rows);
  return withNextPage(table, nextCursor);
}

export function formatGroups({ items, nextCursor }: Page<DeadLetterGroup>): string {
  if (!items.length) return 'There are none.';
  const rows = items.map((group) => [
    group.group,
    String(group.count),
    group.class,
    group.sources.join(', '),
    shortTime(group.lastFailedAt),
    oneLine(group.error, 60),
    group.place || '-',
  ]);
  const table = formatTable(['group', 'count', 'class', 'sources', 'last failed', 'error', 'place'], rows);
  return withNextPage(table, nextCursor);
}

export function formatDetail(deadLetter: DeadLetterDetail): string {
  const { stack, headers, history } = deadLetter;
  const facts = [
    ['id', deadLetter.id],
    ['status', `${deadLetter.status}, version ${deadLetter.version}, resubmitted ${deadLetter.resubmissions} times`],
    ['source', `${deadLetter.source}, consumed by ${deadLetter.consumer}`],
    ['message', `${deadLetter.type ?? 'without a type'}, id ${deadLetter.messageId}`],
    ['key', deadLetter.key ?? '-'],
    ['failure', `${deadLetter.class}, after ${deadLetter.attempts} attempts, group ${deadLetter.group}`],
    ['first, last', `${deadLetter.firstFailedAt}, ${deadLetter.lastFailedAt}`],
    ['error', deadLetter.error],
    ['trace', deadLetter.traceId ?? '-'],
  ];
  const entries = history.map(({ event, at, by, detail, editedBody }) =>
    [shortTime(at), event, `by ${by}`, oneLine(detail ?? '', 60), editedBody === null ? '' : 'edited']
      .join('  ')
      .trimEnd(),
  );
  return [
    ...facts.map(([name, value]) => `${name!.padEnd(12)} ${value}`),
    section(
      'headers',
      Object.entries(headers)
        .filter(([name]) => !name.startsWith('x-waybill-')) // shown as facts above
        .map(([name, value]) => `${name}: ${value}`),
    ),
    bodySection(deadLetter),
    ...(stack ? [section('stack', [stack])] : []),
    section('history', entries),
  ].join('\n');
}

const DONE: Record<BatchAction, string> = { resubmit: 'resubmitted', discard: 'discarded' };

/** The result of a dry run. */
export function formatPlan(action: BatchAction, { matching, selected, excluded }: BatchResponse): string {
  const partOfBatch = 'part of a running batch';
  const why = action === 'resubmit' ? `resubmitted too often (--force includes them) or ${partOfBatch}` : partOfBatch;
  const skipped = excluded ? `; ${excluded} skipped: ${why}` : '';
  return `${selected} of ${matching} waiting dead letters would be ${DONE[action]}${skipped}.`;
}

export const formatProgress = ({ action, resolved, selected }: Batch): string =>
  `${resolved} of ${selected} ${DONE[action]}`;

export function formatBatchResult({ action, status, resolved, skipped, released, stoppedBy }: Batch): string {
  const others = skipped ? `, ${skipped} already resolved by others` : '';
  const stopped = status === 'stopped' ? `; stopped by ${stoppedBy}, ${released} are waiting again` : '';
  return `${resolved} ${DONE[action]}${others}${stopped}.`;
}

function bodySection({ body, bodyEncoding, dataref, bodyUnavailable }: DeadLetterDetail): string {
  if (bodyUnavailable) return section('body (unavailable)', [bodyUnavailable]);
  const remarks = [
    ...(bodyEncoding === 'base64' ? ['base64, because it is not text'] : []),
    ...(dataref ? [`from ${dataref}`] : []),
  ];
  return section(remarks.length ? `body (${remarks.join('; ')})` : 'body', [prettyPrinted(body)]);
}

const section = (name: string, lines: string[]) => `\n${name}:\n${lines.map(indented).join('\n')}`;
const indented = (text: string) => text.replaceAll(/^/gm, '  ');

function prettyPrinted(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body || '(empty)';
  }
}

const shortTime = (time: string) => time.slice(0, 19).replace('T', ' ');

const withNextPage = (table: string, nextCursor: string | null) =>
  nextCursor ? `${table}\n\nThere are more: --cursor ${nextCursor}` : table;
