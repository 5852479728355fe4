import type { TransactionRunner, Tx } from '@waybill/outbox';
import type { GivenAnswer, WorkAnswer } from './answer.js';

/** A request that may come again. */
export interface KeyedRequest {
  /** Operation and caller, e.g. `POST /orders|anonymous`: the same key elsewhere is another key. */
  scope: string;
  /** The client's Idempotency-Key; without one every request is new. */
  key: string | undefined;
  /** Tells apart requests that wrongly share a key; see `fingerprintOf`. */
  fingerprint: string;
}

/** Where a store's promises differ. All else of `once` holds for each of them; the conformance suite checks both. */
export interface KeyStorePromises {
  /**
   * Whether a process that dies at any point leaves one effect or none, whatever the work does in its transaction. When
   * not, it may die between effect and record, and the retry does the work again: it needs a unique constraint.
   */
  exactlyOnceAfterCrash: boolean;
  /** How long after a crash the key is in flight for nobody, at most, in milliseconds. 0: its retry is a first request. */
  inFlightAfterCrash: number;
  /** Whether another payload is refused (422) while the first is still worked on, instead of after waiting for it. */
  refusesPayloadInFlight: boolean;
}

/** Keeps the answer of each key. */
export interface IdempotencyKeys {
  readonly promises: KeyStorePromises;
  /**
   * Does `work` once for a key and gives its answer to everyone who asks again.
   * Rejects with `KeyReusedWithAnotherPayload` (422) or `KeyInFlight` (409).
   */
  once(db: TransactionRunner, request: KeyedRequest, work: (tx: Tx) => Promise<WorkAnswer>): Promise<GivenAnswer>;
}

/** Another request with this key is being worked on: HTTP 409 with Retry-After. */
export class KeyInFlight extends Error {
  override readonly name = 'KeyInFlight';
  readonly retryAfterSeconds = 1;
  constructor() {
    super('a request with the same Idempotency-Key is being worked on');
  }
}

/** The key belongs to another request: HTTP 422. */
export class KeyReusedWithAnotherPayload extends Error {
  override readonly name = 'KeyReusedWithAnotherPayload';
  constructor() {
    super('the Idempotency-Key was used before with another payload');
  }
}
