-- What a job does about an order belongs to the order's trace.
ALTER TABLE orders ADD COLUMN traceparent text;
