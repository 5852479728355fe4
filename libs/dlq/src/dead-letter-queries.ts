import type { FailureClass } from '@waybill/messaging';
import { schemaName, type Tx } from '@waybill/outbox';
import type { DeadLetter, DeadLetterDetails } from './dead-letter.js';
import { noObjectStore, type ReadBody } from './dead-letter-body.js';
import { conditions, type DeadLetterFilter } from './dead-letter-filter.js';
import { type DeadLetterGroup, type GroupRow, toGroup } from './dead-letter-group.js';
import {
  type DeadLetterDetailsRow,
  type DeadLetterRow,
  type HistoryRow,
  LIST_COLUMNS,
  toDeadLetter,
  toDeadLetterDetails,
} from './dead-letter-rows.js';
import { type Page, type PageRequest, pageOf } from './page.js';

/** Waiting dead letters of one source, consumer and class. */
export interface Depth {
  source: string;
  consumer: string;
  class: FailureClass;
  count: number;
  /** Age of the oldest of them, in seconds. */
  oldestAgeSeconds: number;
}

export interface DeadLetterQueriesOptions {
  /** Reads a body from the object store. Default: rejects, because there is none. */
  readBody?: ReadBody;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
}

/** Reads dead letters. */
export class DeadLetterQueries {
  private readonly readBody: ReadBody;
  private readonly schema: string;

  constructor({ readBody = noObjectStore, schema }: DeadLetterQueriesOptions = {}) {
    this.readBody = readBody;
    this.schema = schemaName(schema);
  }

  /** Latest first. */
  async list(db: Tx, filter: DeadLetterFilter, { limit, cursor }: PageRequest): Promise<Page<DeadLetter>> {
    const { where, params } = conditions(filter);
    if (cursor) where.push(`id < $${params.push(cursor)}`);
    const { rows } = await db.query<DeadLetterRow>(
      `SELECT ${LIST_COLUMNS} FROM ${this.schema}.dead_letters WHERE ${where.join(' AND ')} ORDER BY id DESC
       LIMIT $${params.push(limit + 1)}`,
      params,
    );
    return pageOf(rows, limit, ({ id }) => id, toDeadLetter);
  }

  /** Largest first. */
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
      `SELECT ${LIST_COLUMNS}, source_kind, stack, dataschema, collected_at, headers, body FROM ${this.schema}.dead_letters WHERE id = $1`,
      [id],
    );
    if (!rows[0]) return undefined;
    const { rows: history } = await db.query<HistoryRow>(
      `SELECT event, at, by, detail, edited_body, batch FROM ${this.schema}.dead_letter_history WHERE dead_letter = $1 ORDER BY seq`,
      [id],
    );
    return toDeadLetterDetails(rows[0], history, this.readBody);
  }

  /** The waiting dead letters by source, consumer and class. The cost grows with their number. */
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
