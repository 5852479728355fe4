import type { FailureClass } from '@waybill/messaging';
import { schemaName, type Tx } from '@waybill/outbox';
import type { DeadLetter, DeadLetterDetails, DeadLetterStatus } from './dead-letter.js';
import { noObjectStore, type ReadBody } from './dead-letter-body.js';
import {
  type ActRow,
  type DeadLetterDetailsRow,
  type DeadLetterRow,
  SHOWN,
  toDeadLetter,
  toDeadLetterDetails,
} from './dead-letter-rows.js';

/** Selects dead letters; a field that is left out matches any. */
export interface DeadLetterFilter {
  source?: string | undefined;
  consumer?: string | undefined;
  class?: FailureClass | undefined;
  status?: DeadLetterStatus | undefined;
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

/** Dead letters that failed for the same reason. */
export interface DeadLetterGroup {
  group: string;
  class: FailureClass;
  /** The error with its variable parts replaced. */
  error: string;
  /** Where it was thrown; empty when unknown. */
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  firstFailedAt: string;
  lastFailedAt: string;
  /** The id of the newest of them, to look at. */
  example: string;
}

/** Dead letters that wait. */
export interface Depth {
  source: string;
  consumer: string;
  class: FailureClass;
  count: number;
  /** Age of the oldest of them, in seconds. */
  oldestAgeSeconds: number;
}

export interface DeadLetterQueriesOptions {
  /** Reads a body from the object store. Default: there is none. */
  bodyOf?: ReadBody;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
}

/** Reads dead letters. */
export class DeadLetterQueries {
  private readonly bodyOf: ReadBody;
  private readonly schema: string;

  constructor({ bodyOf = noObjectStore, schema }: DeadLetterQueriesOptions = {}) {
    this.bodyOf = bodyOf;
    this.schema = schemaName(schema);
  }

  /** The newest first. */
  async list(db: Tx, filter: DeadLetterFilter, { limit, cursor }: PageRequest): Promise<Page<DeadLetter>> {
    const { where, params } = conditions(filter);
    if (cursor) where.push(`id < $${params.push(cursor)}`);
    const { rows } = await db.query<DeadLetterRow>(
      `SELECT ${SHOWN} FROM ${this.schema}.dead_letters WHERE ${where.join(' AND ')} ORDER BY id DESC
       LIMIT $${params.push(limit + 1)}`,
      params,
    );
    return pageOf(rows, limit, ({ id }) => id, toDeadLetter);
  }

  /** The largest first. */
  async groups(db: Tx, filter: DeadLetterFilter, { limit, cursor }: PageRequest): Promise<Page<DeadLetterGroup>> {
    const { where, params } = conditions(filter);
    const [count, group] = cursor?.split('-') ?? [];
    const after = cursor
      ? `HAVING (-count(*), failure_group) > (-$${params.push(count)}::bigint, $${params.push(group)})`
      : '';
    const { rows } = await db.query<GroupRow>(
      `SELECT failure_group, min(class) AS class, min(pattern) AS pattern, min(place) AS place, count(*)::int AS count,
              array_agg(DISTINCT source) AS sources, array_agg(DISTINCT consumer) AS consumers,
              min(first_failed_at) AS first_failed_at, max(last_failed_at) AS last_failed_at, max(id::text) AS example
       FROM ${this.schema}.dead_letters WHERE ${where.join(' AND ')} GROUP BY failure_group ${after}
       ORDER BY -count(*), failure_group LIMIT $${params.push(limit + 1)}`,
      params,
    );
    return pageOf(rows, limit, (row) => `${row.count}-${row.failure_group}`, toGroup);
  }

  /** Undefined when there is none with this id, which must be a UUID. */
  async find(db: Tx, id: string): Promise<DeadLetterDetails | undefined> {
    const { rows } = await db.query<DeadLetterDetailsRow>(
      `SELECT ${SHOWN}, stack, dataschema, collected_at, headers, body FROM ${this.schema}.dead_letters WHERE id = $1`,
      [id],
    );
    if (!rows[0]) return undefined;
    const { rows: acts } = await db.query<ActRow>(
      `SELECT act, at, by, detail, edited_body, batch FROM ${this.schema}.dead_letter_acts WHERE dead_letter = $1 ORDER BY seq`,
      [id],
    );
    return toDeadLetterDetails(rows[0], acts, this.bodyOf);
  }

  /** What waits, by source, consumer and class. The cost grows with what waits. */
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
       FROM ${this.schema}.dead_letters WHERE status = 'waiting' GROUP BY source, consumer, class`,
    );
    return rows.map(({ age, ...depth }) => ({ ...depth, oldestAgeSeconds: age }));
  }
}

const COLUMN_OF: Record<keyof DeadLetterFilter, string> = {
  source: 'source',
  consumer: 'consumer',
  class: 'class',
  status: 'status',
  type: 'type',
  key: 'key',
  messageId: 'message_id',
  group: 'failure_group',
};

/** The filter as conditions on ``dead_letters`, each with its parameter. */
export function conditions(filter: DeadLetterFilter): { where: string[]; params: unknown[] } {
  const params: unknown[] = [];
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const where = given.map(([name, value]) => `${COLUMN_OF[name as keyof DeadLetterFilter]} = $${params.push(value)}`);
  return { where: ['true', ...where], params };
}

/** Cuts a page out of rows that were read with `limit + 1`. */
function pageOf<Row, Item>(rows: Row[], limit: number, cursorOf: (row: Row) => string, toItem: (row: Row) => Item) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
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

function toGroup({ failure_group, pattern, first_failed_at, last_failed_at, ...group }: GroupRow): DeadLetterGroup {
  return {
    ...group,
    group: failure_group,
    error: pattern,
    firstFailedAt: first_failed_at.toISOString(),
    lastFailedAt: last_failed_at.toISOString(),
  };
}
