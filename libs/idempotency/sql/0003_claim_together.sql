-- For requests that share a transaction: tries to lock each key, waits for none. One row a key, in the order asked: whether
-- it is now ours, and its committed record if there is one. Looks after it has locked, so it sees the record of whoever had
-- the lock before (READ COMMITTED). The keys must differ: what this transaction has locked it is given again.
CREATE FUNCTION :schema.claim_idempotency_keys(of_scopes text[], of_keys text[])
RETURNS TABLE (claimed boolean, status smallint, headers json, body bytea, fingerprint text)
LANGUAGE plpgsql AS $$
DECLARE
  locked boolean[] := ARRAY(
    SELECT pg_try_advisory_xact_lock(hashtextextended(asked.scope || chr(31) || asked.key, 0))
    FROM unnest(of_scopes, of_keys) WITH ORDINALITY AS asked (scope, key, place) ORDER BY place);
BEGIN
  RETURN QUERY
    SELECT locked[asked.place], kept.status, kept.headers, kept.body, kept.fingerprint
    FROM unnest(of_scopes, of_keys) WITH ORDINALITY AS asked (scope, key, place)
    LEFT JOIN LATERAL ( -- LIMIT: a look-up for each, though the plan may be as old as the table was empty
      SELECT * FROM :schema.idempotency_keys AS one WHERE one.scope = asked.scope AND one.key = asked.key LIMIT 1
    ) AS kept ON true
    ORDER BY asked.place;
END $$;
