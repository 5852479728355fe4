-- Batches discard as well, and can be stopped.

ALTER TABLE :schema.dead_letter_batches
  ADD COLUMN action text NOT NULL DEFAULT 'resubmit' CHECK (action IN ('resubmit', 'discard')),
  -- Why letters are discarded.
  ADD COLUMN reason text,
  ADD CHECK ((action = 'discard') = (reason IS NOT NULL)),
  ADD COLUMN stopped_by text,
  -- Letters that wait again because it was stopped.
  ADD COLUMN released integer NOT NULL DEFAULT 0,
  DROP CONSTRAINT dead_letter_batches_status_check,
  ADD CONSTRAINT dead_letter_batches_status_check CHECK (status IN ('running', 'done', 'stopped'));
ALTER TABLE :schema.dead_letter_batches ALTER COLUMN action DROP DEFAULT;
ALTER TABLE :schema.dead_letter_batches RENAME COLUMN resubmitted TO decided;
