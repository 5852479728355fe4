-- As before; but the usual request, whose key nobody holds, needs one look and no change of `lock_timeout`.
CREATE OR REPLACE FUNCTION :schema.claim_idempotency_key(of_scope text, of_key text, wait integer)
RETURNS SETOF :schema.idempotency_keys
LANGUAGE plpgsql AS $$
DECLARE
  of_both bigint := hashtextextended(of_scope || chr(31) || of_key, 0);
  usual_timeout text;
BEGIN
  IF NOT pg_try_advisory_xact_lock(of_both) THEN
    RETURN QUERY SELECT * FROM :schema.idempotency_keys WHERE scope = of_scope AND key = of_key;
    IF FOUND THEN RETURN; END IF;

    usual_timeout := current_setting('lock_timeout');
    PERFORM set_config('lock_timeout', wait::text, true);
    PERFORM pg_advisory_xact_lock(of_both);
    PERFORM set_config('lock_timeout', usual_timeout, true);
  END IF;
  RETURN QUERY SELECT * FROM :schema.idempotency_keys WHERE scope = of_scope AND key = of_key;
END $$;
