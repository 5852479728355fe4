/** An HTTP response, replayed byte for byte. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** A response in the store, with the fingerprint of the request that got it. */
export interface StoredResponse extends HttpResponse {
  fingerprint: string;
}

/** What a request's work resolves with. */
export interface WorkResponse extends HttpResponse {
  /**
   * Whether response and effect are stored. If not, the transaction is rolled back and the key is free again. Default: true,
   * except for 429 and 5xx, which say 'not now'.
   */
  store?: boolean;
}

/** What the client gets. */
export interface IdempotentResponse extends HttpResponse {
  /** Whether this is the stored response to an earlier request with the same key (`Idempotency-Replayed: true`). */
  replayed: boolean;
}

export const firstResponse = ({ status, headers, body }: HttpResponse): IdempotentResponse => ({
  status,
  headers,
  body,
  replayed: false,
});

export const replayOf = (stored: StoredResponse): IdempotentResponse => ({ ...firstResponse(stored), replayed: true });

/** The work's response if it is to be stored; else rejects with `NotStored`, which rolls the transaction back. */
export async function storable(work: Promise<WorkResponse>): Promise<WorkResponse> {
  const response = await work;
  const { status, store = status < 500 && status !== 429 } = response;
  if (!store) throw new NotStored(response);
  return response;
}

/** Rolls the transaction back and carries the response past it. */
export class NotStored extends Error {
  constructor(readonly response: WorkResponse) {
    super('the response is not stored');
  }
}
