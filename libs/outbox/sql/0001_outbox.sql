-- Messages that are not published yet; a published one is deleted, so the table's size is the backlog, never the history.
--
-- The primary key is the order in which the relay reads: within a destination by seq. No cursor is kept anywhere. Writers
-- that serialise on a key draw their seq one after the other, so that within a key seq order is commit order.
CREATE TABLE :schema.outbox (
  seq         bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1),
  target      text        COLLATE "C" NOT NULL,
  destination text        COLLATE "C" NOT NULL,
  shard       smallint    NOT NULL,
  id          text        NOT NULL,
  key         text,
  headers     json        NOT NULL,
  body        bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (target, destination, seq)
) WITH (
  -- Every row is deleted soon: vacuum by number of dead rows, not by a share of a table that is mostly empty.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0
);

-- Bodies are short-lived: don't spend time on compressing them.
ALTER TABLE :schema.outbox ALTER COLUMN body SET STORAGE EXTERNAL;

-- Messages that no attempt could ever publish (too large for the broker, say), whole and with the reason, for a person.
CREATE TABLE :schema.outbox_refused (
  seq         bigint      PRIMARY KEY,
  target      text        NOT NULL,
  destination text        NOT NULL,
  id          text        NOT NULL,
  key         text,
  headers     json        NOT NULL,
  body        bytea       NOT NULL,
  created_at  timestamptz NOT NULL,
  reason      text        NOT NULL,
  refused_at  timestamptz NOT NULL DEFAULT now()
);
