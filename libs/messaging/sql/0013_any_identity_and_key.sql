-- A message is identified by where it came from, its source and its id; whatever its id is, the identity can be indexed.
UPDATE :schema.parked
  SET message_id = topic || ' ' || coalesce(headers ->> 'ce_source', '') || ' ' || message_id;
ALTER TABLE :schema.parked RENAME COLUMN message_id TO identity;
ALTER INDEX :schema.parked_message_idx RENAME TO parked_identity_idx;
-- The key as it came, when `key` is a hash of it because PostgreSQL can't store or index it.
ALTER TABLE :schema.parked ADD COLUMN key_bytes bytea;
-- Its rows are known by ids without a source; nothing is lost but suspicions.
TRUNCATE :schema.started;
ALTER TABLE :schema.started RENAME COLUMN message_id TO identity;
