/**
 * Guarantee for one message:
 *
 * - `at-most-once`: it is sent and forgotten. The sender waits for no confirm and sends nothing twice; what is in flight when
 *   a connection or a broker dies is lost.
 * - `at-least-once`: it is sent again, under the same id, until the broker has confirmed that it is stored. The receiver
 *   may see it twice.
 *
 * No sender can guarantee exactly once by itself: see `ConsumeProcessProduce`, and the inbox.
 */
export type DeliveryGuarantee = 'at-most-once' | 'at-least-once';
