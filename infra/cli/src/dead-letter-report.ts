import type { BatchAnswer, DeadLetter, DeadLetterInFull, Group, Page } from './dead-letter-api.js';

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
  const { stack, headers, body, bodyEncoding, history } = letter;
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
    section(bodyEncoding === 'base64' ? 'body (base64, because it is no text)' : 'body', [readable(body)]),
    ...(stack ? [section('stack', [stack])] : []),
    section('history', acts),
  ].join('\n');
}

/** What a dry run has found. */
export function planText({ matching, selected, refused }: BatchAnswer): string {
  const left = refused ? `; ${refused} came back too often (--force) or are part of a running batch` : '';
  return `${selected} of ${matching} waiting dead letters would be resubmitted${left}.`;
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
