import {
  type ParkedEventSummary,
  type ParkedEventsQuery,
  ParkedEventsView,
  schemaName,
  type Tx,
} from '@waybill/outbox';
import { attributeOf } from '../contract/index.js';
import { storableKey } from '../envelope/index.js';

interface Row {
  position: string;
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  state: ParkedEventSummary['state'];
  attempts: number;
  parked_at: Date;
}

/** Reads what a group has parked, for operators. */
export class ParkedList extends ParkedEventsView {
  private readonly sql: string;

  constructor(
    private readonly options: { consumer: string; database: { readonly autocommit: Tx }; schema?: string | undefined },
  ) {
    super();
    this.sql = listSql(schemaName(options.schema));
  }

  async list({ topic, key, limit, cursor }: ParkedEventsQuery) {
    const { consumer, database } = this.options;
    const stored = key === undefined ? null : storableKey(key);
    const params = [consumer, topic ?? null, stored, cursor ?? null, limit + 1];
    const { rows } = await database.autocommit.query<Row>(this.sql, params);
    const items = rows.slice(0, limit).map(toSummary);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.position : null };
  }
}

const listSql = (schema: string) => `
  SELECT position, topic, CASE WHEN keyed THEN key END AS key, headers, attempts, parked_at,
    CASE WHEN dead_lettered_at IS NOT NULL THEN 'dead-letter' WHEN due = 'infinity' THEN 'behind' ELSE 'retrying' END AS state
  FROM ${schema}.parked
  WHERE consumer = $1 AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR (keyed AND key = $3))
    AND ($4::bigint IS NULL OR position > $4)
  ORDER BY position LIMIT $5`;

const toSummary = ({ headers, parked_at, ...row }: Row): ParkedEventSummary => ({
  ...row,
  messageId: attributeOf(headers, 'id') || null,
  type: attributeOf(headers, 'type') || null,
  parkedAt: parked_at.toISOString(),
});
