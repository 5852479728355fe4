/** An HTTP answer as it is kept and given again, byte for byte. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What a request's work resolves with. */
export interface WorkAnswer extends Answer {
  /**
   * Whether answer and effect are kept. When not, the transaction is undone and the key is free again. Default: kept,
   * except for 429 and 5xx, which say 'not now'.
   */
  store?: boolean;
}

/** What the client gets. */
export interface GivenAnswer extends Answer {
  /** Whether this is the answer to an earlier request with the same key (`Idempotency-Replayed: true`). */
  replayed: boolean;
}

export const isKept = ({ store, status }: WorkAnswer): boolean => store ?? (status < 500 && status !== 429);
