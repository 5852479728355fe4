-- Since when an event waits: how long it has been parked is a metric, and after an hour an alert.
ALTER TABLE :schema.parked ADD COLUMN parked_at timestamptz NOT NULL DEFAULT now();
