import type { TransactionRunner, Tx } from '@waybill/outbox';
import type { IdempotentResponse, WorkResponse } from './response.js';

/** A request that may be sent again. */
export interface KeyedRequest {
  /** Operation and caller (see `callerOf`), e.g. `POST /orders anonymous`: the same key in another scope is another key. */
  scope: string;
  /** The client's Idempotency-Key; without one every request is new. */
  key: string | undefined;
  /** Detects a key that is reused for another request; see `fingerprintOf`. */
  fingerprint: string;
}

/** How the guarantees of the stores differ. All else of `once` holds for each of them; the conformance suite checks both. */
export interface KeyStoreGuarantees {
  /**
   * Whether a process that crashes at any point leaves one effect or none, whatever the work does in its transaction. If
   * not, a crash between effect and stored response makes the retry repeat the work: the effect needs a unique constraint.
   */
  exactlyOnceAfterCrash: boolean;
  /** How long after a crash the key can remain in flight, in ms. 0: the retry is handled at once. */
  inFlightAfterCrash: number;
  /** Whether another payload is rejected (422) while the first request is in flight, instead of after waiting for it. */
  rejectsPayloadInFlight: boolean;
}

/** Stores the response of each key. */
export interface IdempotencyKeys {
  readonly guarantees: KeyStoreGuarantees;
  /**
   * Does `work` once per key and replays its response to every later request with that key.
   * Rejects with `KeyReusedWithAnotherPayload` (422) or `KeyInFlight` (409).
   */
  once(
    db: TransactionRunner,
    request: KeyedRequest,
    work: (tx: Tx) => Promise<WorkResponse>,
  ): Promise<IdempotentResponse>;
}

/** Another request with this key is in flight: HTTP 409 with Retry-After. */
export class KeyInFlight extends Error {
  override readonly name = 'KeyInFlight';
  readonly retryAfterSeconds = 1;
  constructor() {
    super('a request with the same Idempotency-Key is in flight');
  }
}

/** The key belongs to another request: HTTP 422. */
export class KeyReusedWithAnotherPayload extends Error {
  override readonly name = 'KeyReusedWithAnotherPayload';
  constructor() {
    super('the Idempotency-Key was used before with another payload');
  }
}
