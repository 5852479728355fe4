-- The table and its column have the names that the API has.

ALTER TABLE :schema.dead_letter_acts RENAME TO dead_letter_history;
ALTER TABLE :schema.dead_letter_history RENAME COLUMN act TO event;
