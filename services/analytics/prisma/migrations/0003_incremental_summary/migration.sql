-- The summary is the sum of what each order contributes to it. order_facts is the truth: a change of a row takes back what the
-- row contributed before and adds what it contributes now, so an event that changes nothing counts nothing.

-- An order's row tells all about it, its refunds and what it sold included.
ALTER TABLE order_facts ADD COLUMN sold jsonb, ADD COLUMN refunds jsonb;
INSERT INTO order_facts (order_id, attempt, status, refunds)
SELECT order_id, max(attempt), 'PAID', jsonb_object_agg(attempt, jsonb_build_object('amount', amount, 'currency', currency))
FROM refunds GROUP BY order_id
ON CONFLICT (order_id) DO UPDATE SET refunds = excluded.refunds;
-- What these orders sold is known in sum only. It is moved below; their events, read again, must not count it once more.
UPDATE order_facts SET sold = '{}' WHERE confirmed_at IS NOT NULL;

CREATE TABLE summary_totals (
  measure text NOT NULL,
  key     text NOT NULL,
  n       bigint NOT NULL,
  amount  bigint NOT NULL,
  PRIMARY KEY (measure, key)
);
CREATE INDEX summary_totals_measure_amount_key_idx ON summary_totals (measure, amount DESC, key);

-- Not yet added to the totals. Rows are only appended, so concurrent transactions never wait for each other's counters.
CREATE TABLE summary_changes (
  measure text NOT NULL,
  key     text NOT NULL,
  n       bigint NOT NULL,
  amount  bigint NOT NULL
);

-- What one order contributes. A latency is counted in a bucket of a logarithmic histogram: bucket b holds those in
-- (1.05 ^ (b - 1), 1.05 ^ b] ms. Their mean is amount / n, less than 5 % from each of them.
CREATE FUNCTION summary_contributions(
  status text, total_amount bigint, currency text, created_at timestamptz, confirmed_at timestamptz, shipped_at timestamptz,
  delivered_at timestamptz, failed_at timestamptz, sold jsonb, refunds jsonb
) RETURNS TABLE (measure text, key text, n bigint, amount bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'orders', status, 1::bigint, 0::bigint WHERE status IS NOT NULL
  UNION ALL
  SELECT 'revenue', currency, 1, CASE WHEN status IN ('CONFIRMED', 'SHIPPED', 'DELIVERED') THEN total_amount ELSE 0 END
  WHERE currency IS NOT NULL
  UNION ALL
  SELECT 'refunds', refund ->> 'currency', 1, (refund ->> 'amount')::bigint FROM jsonb_each(refunds) AS _ (attempt, refund)
  UNION ALL
  SELECT 'sold', sku, 1, quantity::bigint FROM jsonb_each_text(sold) AS _ (sku, quantity)
  UNION ALL
  SELECT milestone, ceil(ln(greatest(ms, 1)) / ln(1.05::float8))::integer::text, 1, round(ms)::bigint
  FROM (VALUES
      ('createdToConfirmed', confirmed_at), ('createdToShipped', shipped_at),
      ('createdToDelivered', delivered_at), ('createdToFailed', failed_at)
    ) AS reached (milestone, at),
    LATERAL (SELECT greatest(extract(epoch FROM at - created_at)::float8 * 1000, 0) AS ms) AS latency
  WHERE at IS NOT NULL AND created_at IS NOT NULL
$$;

-- Table names have no schema: analytics:rebuild has the same tables with this trigger in a schema of its own.
CREATE FUNCTION record_summary_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO summary_changes (measure, key, n, amount)
  SELECT measure, key, sum(n), sum(amount)
  FROM (
    SELECT measure, key, n, amount FROM summary_contributions(
      NEW.status, NEW.total_amount, NEW.currency, NEW.created_at, NEW.confirmed_at, NEW.shipped_at,
      NEW.delivered_at, NEW.failed_at, NEW.sold, NEW.refunds)
    UNION ALL
    SELECT measure, key, -n, -amount FROM summary_contributions(
      OLD.status, OLD.total_amount, OLD.currency, OLD.created_at, OLD.confirmed_at, OLD.shipped_at,
      OLD.delivered_at, OLD.failed_at, OLD.sold, OLD.refunds)
  ) AS changes
  GROUP BY measure, key
  HAVING sum(n) <> 0 OR sum(amount) <> 0;
  RETURN NULL;
END $$;

CREATE TRIGGER record_summary_changes AFTER INSERT OR UPDATE OR DELETE ON order_facts
FOR EACH ROW EXECUTE FUNCTION record_summary_changes();

INSERT INTO summary_totals (measure, key, n, amount)
SELECT measure, key, sum(n), sum(amount)
FROM order_facts, summary_contributions(
  status, total_amount, currency, created_at, confirmed_at, shipped_at, delivered_at, failed_at, sold, refunds)
GROUP BY measure, key
UNION ALL
SELECT 'sold', sku, 0, quantity FROM sku_sales;
DROP TABLE refunds, sku_sales;
