-- Events of keys that wait because an earlier event of the same key failed. In the consumer's own database, where the
-- inbox is too: an event that took effect and could not leave this table any more takes none the second time.
CREATE TABLE :schema.parked (
  position        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer        text        NOT NULL,
  topic           text        NOT NULL,
  key             text        NOT NULL,
  partition       integer     NOT NULL,
  "offset"        bigint      NOT NULL,
  headers         json        NOT NULL,
  body            bytea       NOT NULL,
  attempts        integer     NOT NULL DEFAULT 0,
  first_failed_at timestamptz,
  due             timestamptz NOT NULL DEFAULT now(),
  UNIQUE (consumer, topic, partition, "offset")
);
CREATE INDEX parked_key_idx ON :schema.parked (consumer, topic, key, position);
CREATE INDEX parked_due_idx ON :schema.parked (consumer, due);
