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

export const given = ({ status, headers, body }: Answer, replayed: boolean): GivenAnswer => ({
  status,
  headers,
  body,
  replayed,
});

/** The work's answer if it is kept; rejects with `NotKept` otherwise, in the transaction that this undoes. */
export async function kept(work: Promise<WorkAnswer>): Promise<WorkAnswer> {
  const answer = await work;
  const { status, store = status < 500 && status !== 429 } = answer;
  if (!store) throw new NotKept(answer);
  return answer;
}

/** Undoes the transaction and carries the answer past it. */
export class NotKept extends Error {
  constructor(readonly answer: WorkAnswer) {
    super('the answer is not kept');
  }
}
