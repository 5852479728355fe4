-- Since when an order is on its way back: how long its steps have not been undone is a metric, and an alert.
ALTER TABLE orders ADD COLUMN outcome_decided_at timestamptz(3);
