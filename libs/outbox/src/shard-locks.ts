import type pg from 'pg';
import { SHARDS } from './shard.js';

/**
 * The shards of one target that only this relay may publish. The locks are PostgreSQL's session advisory locks: they end with
 * the connection, however it ends, and another relay acquires them at its next poll.
 */
export class ShardLocks {
  readonly held = new Set<number>();

  constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
    private readonly target: string,
  ) {}

  get complete(): boolean {
    return this.held.size === SHARDS;
  }

  /** Locks the shards that no other relay holds. Returns the new ones. */
  async acquire(): Promise<number[]> {
    const missing = Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => !this.held.has(shard));
    const { rows } = await this.client.query<{ shard: number; locked: boolean }>({
      name: 'outbox-lock',
      text: `SELECT shard, pg_try_advisory_lock(hashtextextended('${this.schema}.outbox/' || $1 || '/' || shard, 0)) AS locked
             FROM unnest($2::int[]) AS shard`,
      values: [this.target, missing],
    });
    const acquired = rows.filter(({ locked }) => locked).map(({ shard }) => shard);
    for (const shard of acquired) this.held.add(shard);
    return acquired;
  }
}
