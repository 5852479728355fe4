-- Messages whose effects are committed.
CREATE TABLE :schema.inbox (
  consumer   text        NOT NULL,
  message_id text        NOT NULL,
  seen_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);
CREATE INDEX inbox_seen_at ON :schema.inbox (seen_at);

-- Answers given to requests that carried a key.
CREATE TABLE :schema.idempotency_keys (
  scope       text        NOT NULL,
  key         text        NOT NULL,
  fingerprint text        NOT NULL,
  status      smallint    NOT NULL,
  headers     json        NOT NULL,
  body        bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created_at ON :schema.idempotency_keys (created_at);

-- The committed record of a key, or no row and the lock on the key until the transaction ends.
-- A function, because each of its statements sees what was committed before it (READ COMMITTED): the second look, after
-- the wait, sees the record of the request that was waited for, all in one round trip. Waits at most `wait` milliseconds,
-- then fails with 55P03. A record with another fingerprint is given before any waiting.
CREATE FUNCTION :schema.claim_idempotency_key(of_scope text, of_key text, wait integer)
RETURNS SETOF :schema.idempotency_keys
LANGUAGE plpgsql AS $$
DECLARE
  usual_timeout text := current_setting('lock_timeout');
BEGIN
  RETURN QUERY SELECT * FROM :schema.idempotency_keys WHERE scope = of_scope AND key = of_key;
  IF FOUND THEN RETURN; END IF;

  PERFORM set_config('lock_timeout', wait::text, true);
  PERFORM pg_advisory_xact_lock(hashtextextended(of_scope || chr(31) || of_key, 0));
  PERFORM set_config('lock_timeout', usual_timeout, true);

  RETURN QUERY SELECT * FROM :schema.idempotency_keys WHERE scope = of_scope AND key = of_key;
END $$;
