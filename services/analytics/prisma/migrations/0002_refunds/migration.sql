-- A refund is a row of its own, so that its event changes nothing the second time, whenever that is.
CREATE TABLE refunds (
  order_id uuid NOT NULL,
  attempt  integer NOT NULL,
  amount   bigint NOT NULL,
  currency char(3) NOT NULL,
  PRIMARY KEY (order_id, attempt)
);
-- Of an order's refunds only the sum is known: it counts as that of the last attempt that ended without success.
INSERT INTO refunds (order_id, attempt, amount, currency)
SELECT order_id, attempt - CASE WHEN status IN ('FAILED', 'CANCELLED') THEN 0 ELSE 1 END, refunded, coalesce(currency, 'EUR')
FROM order_facts WHERE refunded > 0;
ALTER TABLE order_facts DROP COLUMN refunded;
