/** An event that waits in its consumer's database, without its content. */
export interface ParkedEventSummary {
  /** Its place among all that the consumer has parked. */
  position: string;
  topic: string;
  /** Null: it has none, and nothing waits behind it. */
  key: string | null;
  messageId: string | null;
  type: string | null;
  /** `dead-letter`: it holds back what is behind it until an operator resolves it; `retrying`: it is due again soon; `behind`: it waits for these. */
  state: 'dead-letter' | 'retrying' | 'behind';
  /** Failed ones. */
  attempts: number;
  /** RFC 3339. */
  parkedAt: string;
}

export interface ParkedEventsQuery {
  topic?: string | undefined;
  key?: string | undefined;
  limit: number;
  /** The position after which to continue. */
  cursor?: string | undefined;
}

/** What a consumer has parked: events of keys of which an earlier one failed. */
export abstract class ParkedEventsView {
  /** In the order in which they are handled. */
  abstract list(query: ParkedEventsQuery): Promise<{ items: ParkedEventSummary[]; nextCursor: string | null }>;
}
