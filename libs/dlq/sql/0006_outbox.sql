-- What no broker accepted is a dead letter of the outbox.
ALTER TABLE :schema.dead_letters DROP CONSTRAINT dead_letters_source_kind_check;
ALTER TABLE :schema.dead_letters ADD CONSTRAINT dead_letters_source_kind_check
  CHECK (source_kind IN ('queue', 'topic', 'outbox'));
