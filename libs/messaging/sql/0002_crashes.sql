-- Messages in the hands of a process: written before they are handled, removed afterwards. What is left of a process that
-- died are suspects. Not logged: after a crash of the database server itself nobody is suspected, which harms nobody, and
-- writing it costs no flush.
CREATE UNLOGGED TABLE :schema.started (
  consumer   text        NOT NULL,
  message_id text        NOT NULL,
  -- Whose hands: the key of an advisory lock that the process holds as long as it lives.
  session    bigint      NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  -- A process died with it in hand; not alone, maybe.
  suspect    boolean     NOT NULL DEFAULT false,
  -- Nothing else is in the hands of that process now.
  alone      boolean     NOT NULL DEFAULT false,
  -- How many processes died while they handled it alone.
  crashes    integer     NOT NULL DEFAULT 0,
  -- It was sent away to come again later, and is in nobody's hands until then.
  waiting    boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (consumer, message_id)
) WITH (
  -- Every row is deleted soon: vacuum by number of dead rows, not by a share of a table that is mostly empty.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0
);

-- Whether a process holds this lock, in this database.
CREATE FUNCTION :schema.is_alive(session bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = (session >> 32)::oid AND objid = (session & 4294967295)::oid
  )
$$;

-- A dead letter stays at the head of its key's queue until a person has decided.
ALTER TABLE :schema.parked
  ADD COLUMN message_id  text,
  -- False when the event had no key: then `key` is its place, so that nothing queues behind it.
  ADD COLUMN keyed       boolean NOT NULL DEFAULT true,
  ADD COLUMN given_up_at timestamptz;
UPDATE :schema.parked
  SET message_id = coalesce(headers ->> 'ce_id', topic || '/' || partition || '/' || "offset");
ALTER TABLE :schema.parked ALTER COLUMN message_id SET NOT NULL;
CREATE UNIQUE INDEX parked_message_idx ON :schema.parked (consumer, topic, message_id);

-- Only the first event of a key is ever due: the others, and dead letters, wait for 'infinity'.
UPDATE :schema.parked AS behind SET due = 'infinity'
WHERE EXISTS (
  SELECT FROM :schema.parked AS before
  WHERE (before.consumer, before.topic, before.key) = (behind.consumer, behind.topic, behind.key)
    AND before.position < behind.position
);
