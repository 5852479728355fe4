-- The carrier's events belong to the trace of the order.
ALTER TABLE shipments ADD COLUMN traceparent text;
