-- Batches can be paused.
ALTER TABLE :schema.dead_letter_batches
  ADD COLUMN paused_by text,
  DROP CONSTRAINT dead_letter_batches_status_check,
  ADD CONSTRAINT dead_letter_batches_status_check CHECK (status IN ('running', 'paused', 'done', 'stopped')),
  ADD CHECK ((status = 'paused') = (paused_by IS NOT NULL));

-- What operators did. It outlives the dead letters and batches that it names, so it refers to no table.
CREATE TABLE :schema.dead_letter_audit (
  seq         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT now(),
  by          text        NOT NULL,
  action      text        NOT NULL CHECK (action IN
                ('resubmit', 'discard', 'start-batch', 'pause-batch', 'resume-batch', 'stop-batch')),
  -- The dead letter, or the batch that stands for all of its dead letters.
  dead_letter uuid,
  batch       uuid,
  -- Of the dead letter; of a batch, its action.
  subject     text        NOT NULL,
  -- The reason of a discard, or what was special.
  detail      text,
  -- How many dead letters it concerned.
  count       integer     NOT NULL,
  CHECK ((dead_letter IS NULL) <> (batch IS NULL))
);
CREATE INDEX dead_letter_audit_by_idx ON :schema.dead_letter_audit (by, seq);

INSERT INTO :schema.dead_letter_audit (at, by, action, dead_letter, batch, subject, detail, count)
SELECT * FROM (
  SELECT at, history.by, CASE event WHEN 'discarded' THEN 'discard' ELSE 'resubmit' END, letter.id, NULL::uuid, letter.type, detail, 1
  FROM :schema.dead_letter_history AS history JOIN :schema.dead_letters AS letter ON letter.id = dead_letter
  WHERE event <> 'failed' AND history.batch IS NULL
  UNION ALL
  SELECT created_at, by, 'start-batch', NULL, id, action, reason, selected FROM :schema.dead_letter_batches
  UNION ALL
  SELECT ended_at, stopped_by, 'stop-batch', NULL, id, action, NULL, released
  FROM :schema.dead_letter_batches WHERE stopped_by IS NOT NULL
) AS known ORDER BY 1;
