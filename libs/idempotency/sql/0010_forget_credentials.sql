-- Scopes held the credentials of callers in the clear; now they hold a hash. Forget those keys. Anonymous callers keep theirs.
DELETE FROM :schema.idempotency_keys WHERE scope !~ '\manonymous$';

-- A quoted key is now the same as the bare one.
UPDATE :schema.idempotency_keys AS quoted
SET key = regexp_replace(substr(key, 2, length(key) - 2), '\\(["\\])', '\1', 'g')
WHERE key ~ '^"([^"\\]|\\["\\])+"$' AND NOT EXISTS (
  SELECT FROM :schema.idempotency_keys AS bare
  WHERE bare.scope = quoted.scope AND bare.key = regexp_replace(substr(quoted.key, 2, length(quoted.key) - 2), '\\(["\\])', '\1', 'g'));
