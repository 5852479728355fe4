ALTER TABLE orders
  -- When the current attempt began, if its saga is choreographed.
  ADD COLUMN choreographed_since timestamptz(3),
  -- Why the outcome is FAILED, from the moment it is decided.
  ADD COLUMN outcome_reason text;
CREATE INDEX orders_choreographed_idx ON orders (choreographed_since)
  WHERE choreographed_since IS NOT NULL AND outcome IS NULL;
