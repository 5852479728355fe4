-- The columns say what the API and its documentation say.

ALTER TABLE :schema.dead_letters RENAME COLUMN taken_in_at TO collected_at;
ALTER TABLE :schema.dead_letters RENAME COLUMN decided_at TO resolved_at;
ALTER INDEX :schema.dead_letters_decided_idx RENAME TO dead_letters_resolved_idx;
ALTER TABLE :schema.dead_letter_batches RENAME COLUMN decided TO resolved;
