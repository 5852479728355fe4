-- Bodies that lie in the object store. A row is committed before its object is uploaded, so that no object is ever without
-- one; the transaction of the message sets how long it is kept. A row whose time was never set belongs to a transaction
-- that rolled back, or to a process that died.
CREATE TABLE :schema.claims (
  key        text        PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  keep_until timestamptz
);
CREATE INDEX claims_keep_until_idx ON :schema.claims (keep_until) WHERE keep_until <> 'infinity';
CREATE INDEX claims_orphan_idx ON :schema.claims (created_at) WHERE keep_until IS NULL;
