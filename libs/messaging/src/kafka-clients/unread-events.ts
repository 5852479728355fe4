import type { Unread } from './unread-in.js';

/** What a group has not read of one partition. */
export interface UnreadPartition extends Unread {
  topic: string;
  partition: number;
}

/** Looks at what consumer groups have not read, from outside: right also while their consumers are stopped. */
export interface UnreadEvents {
  /**
   * Of each partition; all that is there for a group that has read nothing. Names as the broker knows them. Rejects while the
   * broker is unavailable or has no such topic.
   */
  of(group: string, topics: readonly string[]): Promise<UnreadPartition[]>;
  close(): Promise<void>;
}
