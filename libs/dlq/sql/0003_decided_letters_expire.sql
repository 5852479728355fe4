-- Decided letters are deleted when they are old enough, and their history with them.

ALTER TABLE :schema.dead_letters ADD COLUMN decided_at timestamptz;
UPDATE :schema.dead_letters AS letter
SET decided_at = coalesce(
  (SELECT max(at) FROM :schema.dead_letter_acts WHERE dead_letter = letter.id AND act <> 'failed'), now())
WHERE status <> 'waiting';
-- What waits is never old enough.
ALTER TABLE :schema.dead_letters ADD CHECK ((status = 'waiting') = (decided_at IS NULL));
CREATE INDEX dead_letters_decided_idx ON :schema.dead_letters (decided_at) WHERE decided_at IS NOT NULL;

ALTER TABLE :schema.dead_letter_acts
  DROP CONSTRAINT dead_letter_acts_dead_letter_fkey,
  ADD CONSTRAINT dead_letter_acts_dead_letter_fkey
    FOREIGN KEY (dead_letter) REFERENCES :schema.dead_letters ON DELETE CASCADE;
