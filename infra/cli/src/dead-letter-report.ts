import type { Batch, BatchAction, BatchAnswer, DeadLetter, DeadLetterInFull, Group, Page } from './dead-letter-api.js';

/** Dead letters for people. */

export function letterTable({ items, nextCursor }: Page<DeadLetter>): string {
  if (!items.length) return 'There are none.';
  const rows = items.map((letter) => [
    letter.id,
    letter.source,
    letter.consumer,
    letter.class,
    letter.status,
    shortTime(letter.lastFailedAt),
    letter.key ?? '-',
    oneLine(letter.error, 60),
  ]);
  const table = tableOf(['id', 'source', 'consumer', 'class', 'status', 'failed at', 'key', 'error'], rows);
  return nextCursor ? `${table}\n\nThere are more: --cursor ${nextCursor}` : table;
}

export function groupTable({ items, nextCursor }: Page<Group>): string {
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
  const table = tableOf(['group', 'count', 'class', 'sources', 'last failed', 'error', 'place'], rows);
  return nextCursor ? `${table}\n\nThere are more: --cursor ${nextCursor}` : table;
}

export function letterInFull(letter: DeadLetterInFull): string {
  const { stack, headers, history } = letter;
  const facts = [
    ['id', letter.id],
    ['status', `${letter.status}, version ${letter.version}, resubmitted ${letter.resubmissions} times`],
    ['taken from', `${letter.source} by ${letter.consumer}`],
    ['message', `${letter.type ?? 'of no type'}, id ${letter.messageId}`],
    ['key', letter.key ?? '-'],
    ['failure', `${letter.class}, after ${letter.attempts} attempts, group ${letter.group}`],
    ['first, last', `${letter.firstFailedAt}, ${letter.lastFailedAt}`],
    ['error', letter.error],
    ['trace', letter.traceId ?? '-'],
  ];
  const acts = history.map(({ act, at, by, detail, editedBody }) =>
    [shortTime(at), act, `by ${by}`, oneLine(detail ?? '', 60), editedBody === null ? '' : 'edited']
      .join('  ')
      .trimEnd(),
  );
  return [
    ...facts.map(([name, value]) => `${name!.padEnd(12)} ${value}`),
    section(
      'headers',
      Object.entries(headers)
        .filter(([name]) => !name.startsWith('x-waybill-'))
        .map(([name, value]) => `${name}: ${value}`),
    ),
    bodySection(letter),
    ...(stack ? [section('stack', [stack])] : []),
    section('history', acts),
  ].join('\n');
}

const DONE: Record<BatchAction, string> = { resubmit: 'resubmitted', discard: 'discarded' };

/** What a dry run has found. */
export function planText(action: BatchAction, { matching, selected, refused }: BatchAnswer): string {
  const why = action === 'resubmit' ? 'came back too often (--force) or are part' : 'are part';
  const left = refused ? `; ${refused} ${why} of a running batch` : '';
  return `${selected} of ${matching} waiting dead letters would be ${DONE[action]}${left}.`;
}

/** How far it is. */
export const progressText = ({ action, decided, selected }: Batch): string =>
  `${decided} of ${selected} ${DONE[action]}`;

/** How it ended. */
export function endText({ action, status, decided, passedOver, released, stoppedBy }: Batch): string {
  const others = passedOver ? `, ${passedOver} were decided by others meanwhile` : '';
  const stopped = status === 'stopped' ? `; stopped by ${stoppedBy}, ${released} wait again` : '';
  return `${decided} ${DONE[action]}${others}${stopped}.`;
}

function bodySection({ body, bodyEncoding, dataref, bodyUnavailable }: DeadLetterInFull): string {
  if (bodyUnavailable) return section('body (not available)', [bodyUnavailable]);
  const remarks = [
    ...(bodyEncoding === 'base64' ? ['base64, because it is no text'] : []),
    ...(dataref ? [`from ${dataref}`] : []),
  ];
  return section(remarks.length ? `body (${remarks.join('; ')})` : 'body', [readable(body)]);
}

const section = (name: string, lines: string[]) => `\n${name}:\n${lines.map(indented).join('\n')}`;
const indented = (text: string) => text.replaceAll(/^/gm, '  ');

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body || '(empty)';
  }
}

const shortTime = (time: string) => time.slice(0, 19).replace('T', ' ');

function oneLine(text: string, longest: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function tableOf(head: string[], rows: string[][]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
