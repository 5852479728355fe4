/** PostgreSQL's reserved words of three letters or more, including those that only functions and types may be named after. */
export const SQL_WORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct else end except false fetch for foreign freeze from full
  grant group having ilike initially inner intersect into isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset only order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then trailing true union unique user using
  variadic verbose when where window with`.split(/\s+/),
);
