/**
 * What a sender is promised about one message:
 *
 * - `at-most-once`: it is sent and forgotten. No answer of the broker is waited for, nothing is sent twice, and what is on
 *   its way when a connection or a broker dies is lost.
 * - `at-least-once`: it is sent again, under the same id, until the broker has confirmed that it is kept. The receiver may
 *   see it twice.
 *
 * Exactly once is no promise of a sender alone: see `ConsumeProcessProduce`, and the inbox.
 */
export type DeliveryGuarantee = 'at-most-once' | 'at-least-once';
