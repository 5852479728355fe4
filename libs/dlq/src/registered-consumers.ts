import { schemaName, type Tx } from '@waybill/outbox';
import type { ConsumedNames } from './dead-letter-sources.js';

/** The consumers that have registered themselves. */
export class RegisteredConsumers {
  private readonly schema: string;

  constructor(schema?: string) {
    this.schema = schemaName(schema);
  }

  async list(db: Tx): Promise<ConsumedNames[]> {
    const { rows } = await db.query<{ consumer: string; queues: string[]; topics: string[] }>(
      `SELECT consumer, queues, topics FROM ${this.schema}.dead_letter_consumers ORDER BY consumer`,
    );
    return rows;
  }

  /** Adds to what the consumer has registered before, in whatever order its versions register. */
  async add(db: Tx, { consumer, queues, topics }: ConsumedNames): Promise<void> {
    const united = (column: string) =>
      `ARRAY(SELECT DISTINCT unnest(known.${column} || excluded.${column}) ORDER BY 1)`;
    await db.query(
      `INSERT INTO ${this.schema}.dead_letter_consumers AS known (consumer, queues, topics) VALUES ($1, $2, $3)
       ON CONFLICT (consumer) DO UPDATE
       SET queues = ${united('queues')}, topics = ${united('topics')}, registered_at = now()`,
      [consumer, queues, topics],
    );
  }
}
