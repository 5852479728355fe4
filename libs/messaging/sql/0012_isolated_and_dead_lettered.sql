-- The columns say what the documentation says.
ALTER TABLE :schema.started RENAME COLUMN alone TO isolated;
ALTER TABLE :schema.parked RENAME COLUMN given_up_at TO dead_lettered_at;
