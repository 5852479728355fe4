-- What was asked of the provider for an attempt, committed before it is asked. The row is also the attempt's lock.
CREATE TABLE payment_attempts (
  order_id          uuid NOT NULL,
  attempt           integer NOT NULL,
  amount            bigint,
  currency          char(3),
  charge_begun_at   timestamptz(3),
  undo_requested_at timestamptz(3),
  PRIMARY KEY (order_id, attempt)
);

INSERT INTO payment_attempts (order_id, attempt, amount, currency, charge_begun_at, undo_requested_at)
SELECT order_id, attempt, max(amount), max(currency), min(at), max(at) FILTER (WHERE type = 'refund')
FROM payments GROUP BY order_id, attempt;
