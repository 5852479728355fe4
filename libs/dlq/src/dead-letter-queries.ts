import type { Tx } from '@waybill/outbox';
import type { Act, DeadLetter, DeadLetterInFull, LetterStatus } from './letter.js';
import type { FailureClass } from './policy.js';

/** Which letters are meant; what is left out is any. */
export interface LetterFilter {
  source?: string | undefined;
  consumer?: string | undefined;
  class?: FailureClass | undefined;
  status?: LetterStatus | undefined;
  type?: string | undefined;
  key?: string | undefined;
  messageId?: string | undefined;
  /** Of the same failure. */
  group?: string | undefined;
}

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface Page<Item> {
  items: Item[];
  /** `null` at the end. */
  nextCursor: string | null;
}

/** Letters that failed for the same reason. */
export interface LetterGroup {
  group: string;
  class: FailureClass;
  /** The error with its variable parts replaced. */
  error: string;
  /** Where it was thrown; empty when that is not known. */
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  firstFailedAt: string;
  lastFailedAt: string;
  /** The id of the latest of them, to look at. */
  example: string;
}

/** Letters that wait. */
export interface Depth {
  source: string;
  consumer: string;
  class: FailureClass;
  count: number;
  /** Since the oldest of them came to wait, in seconds. */
  oldestAgeSeconds: number;
}

/** Tells of dead letters. */
export class DeadLetterQueries {
  /** The latest first. */
  async list(db: Tx, filter: LetterFilter, { limit, cursor }: PageRequest): Promise<Page<DeadLetter>> {
    const { where, params } = conditions(filter);
    if (cursor) where.push(`id < $${params.push(cursor)}`);
    const { rows } = await db.query<LetterRow>(
      `SELECT ${SHOWN} FROM waybill.dead_letters WHERE ${where.join(' AND ')} ORDER BY id DESC
       LIMIT $${params.push(limit + 1)}`,
      params,
    );
    return pageOf(rows, limit, ({ id }) => id, toLetter);
  }

  /** The largest first. */
  async groups(db: Tx, filter: LetterFilter, { limit, cursor }: PageRequest): Promise<Page<LetterGroup>> {
    const { where, params } = conditions(filter);
    const [count, group] = cursor?.split('-') ?? [];
    const after = cursor
      ? `HAVING (-count(*), failure_group) > (-$${params.push(count)}::bigint, $${params.push(group)})`
      : '';
    const { rows } = await db.query<GroupRow>(
      `SELECT failure_group, min(class) AS class, min(pattern) AS pattern, min(place) AS place, count(*)::int AS count,
              array_agg(DISTINCT source) AS sources, array_agg(DISTINCT consumer) AS consumers,
              min(first_failed_at) AS first_failed_at, max(last_failed_at) AS last_failed_at, max(id::text) AS example
       FROM waybill.dead_letters WHERE ${where.join(' AND ')} GROUP BY failure_group ${after}
       ORDER BY -count(*), failure_group LIMIT $${params.push(limit + 1)}`,
      params,
    );
    return pageOf(rows, limit, (row) => `${row.count}-${row.failure_group}`, toGroup);
  }

  /** Undefined when there is none with this id, which must be a UUID. */
  async find(db: Tx, id: string): Promise<DeadLetterInFull | undefined> {
    const { rows } = await db.query<LetterInFullRow>(
      `SELECT ${SHOWN}, stack, dataschema, taken_in_at, headers, body FROM waybill.dead_letters WHERE id = $1`,
      [id],
    );
    if (!rows[0]) return undefined;
    const { rows: acts } = await db.query<ActRow>(
      `SELECT act, at, by, detail, edited_body, batch FROM waybill.dead_letter_acts WHERE dead_letter = $1 ORDER BY seq`,
      [id],
    );
    return toLetterInFull(rows[0], acts);
  }

  /** What waits, by whom it is from and why. Cost grows with what waits. */
  async depth(db: Tx): Promise<Depth[]> {
    const { rows } = await db.query<{
      source: string;
      consumer: string;
      class: FailureClass;
      count: number;
      age: number;
    }>(
      `SELECT source, consumer, class, count(*)::int AS count,
              greatest(0, extract(epoch FROM now() - min(last_failed_at)))::float8 AS age
       FROM waybill.dead_letters WHERE status = 'waiting' GROUP BY source, consumer, class`,
    );
    return rows.map(({ age, ...depth }) => ({ ...depth, oldestAgeSeconds: age }));
  }
}

const COLUMN_OF: Record<keyof LetterFilter, string> = {
  source: 'source',
  consumer: 'consumer',
  class: 'class',
  status: 'status',
  type: 'type',
  key: 'key',
  messageId: 'message_id',
  group: 'failure_group',
};

/** The filter as conditions on `waybill.dead_letters`, each with its parameter. */
export function conditions(filter: LetterFilter): { where: string[]; params: unknown[] } {
  const params: unknown[] = [];
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const where = given.map(([name, value]) => `${COLUMN_OF[name as keyof LetterFilter]} = $${params.push(value)}`);
  return { where: ['true', ...where], params };
}

/** Cuts a page out of rows that were read with `limit + 1`. */
function pageOf<Row, Item>(rows: Row[], limit: number, cursorOf: (row: Row) => string, toItem: (row: Row) => Item) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** The columns of a list. */
export const SHOWN = `id, source, consumer, class, error, failure_group, attempts, message_id, type, key, trace_id,
  first_failed_at, last_failed_at, status, resubmissions, version`;

export interface LetterRow {
  id: string;
  source: string;
  consumer: string;
  class: FailureClass;
  error: string;
  failure_group: string;
  attempts: number;
  message_id: string;
  type: string;
  key: string | null;
  trace_id: string | null;
  first_failed_at: Date;
  last_failed_at: Date;
  status: LetterStatus;
  resubmissions: number;
  version: number;
}

interface LetterInFullRow extends LetterRow {
  stack: string | null;
  dataschema: string | null;
  taken_in_at: Date;
  headers: Record<string, string>;
  body: Buffer;
}

interface GroupRow {
  failure_group: string;
  class: FailureClass;
  pattern: string;
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  first_failed_at: Date;
  last_failed_at: Date;
  example: string;
}

interface ActRow {
  act: Act['act'];
  at: Date;
  by: string;
  detail: string | null;
  edited_body: Buffer | null;
  batch: string | null;
}

export function toLetter(row: LetterRow): DeadLetter {
  return {
    id: row.id,
    source: row.source,
    consumer: row.consumer,
    class: row.class,
    error: row.error,
    group: row.failure_group,
    attempts: row.attempts,
    messageId: row.message_id,
    type: row.type || null,
    key: row.key,
    traceId: row.trace_id,
    firstFailedAt: row.first_failed_at.toISOString(),
    lastFailedAt: row.last_failed_at.toISOString(),
    status: row.status,
    resubmissions: row.resubmissions,
    version: row.version,
  };
}

function toLetterInFull(row: LetterInFullRow, acts: ActRow[]): DeadLetterInFull {
  const { stack, dataschema, taken_in_at, headers, body } = row;
  const text = textOf(body);
  return {
    ...toLetter(row),
    stack,
    dataschema,
    takenInAt: taken_in_at.toISOString(),
    headers,
    body: text ?? body.toString('base64'),
    bodyEncoding: text === undefined ? 'base64' : 'utf-8',
    history: acts.map(({ act, at, by, detail, edited_body, batch }) => ({
      act,
      at: at.toISOString(),
      by,
      detail,
      editedBody: edited_body?.toString('utf8') ?? null,
      batch,
    })),
  };
}

/** Undefined when the bytes are no UTF-8. A byte order mark stays, so that nothing is lost. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toGroup({ failure_group, pattern, first_failed_at, last_failed_at, ...group }: GroupRow): LetterGroup {
  return {
    ...group,
    group: failure_group,
    error: pattern,
    firstFailedAt: first_failed_at.toISOString(),
    lastFailedAt: last_failed_at.toISOString(),
  };
}
