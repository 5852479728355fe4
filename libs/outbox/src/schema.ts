/** The PostgreSQL schema that holds the libraries' tables, unless a `schema` option names another one. */
const DEFAULT_SCHEMA = 'waybill';

/** Leaves room for what is built from it, such as the channel `<schema>_outbox`: PostgreSQL truncates names after 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

/**
 * The value of a `schema` option, safe to put into SQL without quotes. Each class evaluates it once, in its constructor, and
 * builds its statements from it. Throws for any other name than lower-case letters, digits and underscores.
 */
export function schemaName(schema = DEFAULT_SCHEMA): string {
  if (SCHEMA_NAME.test(schema)) return schema;
  throw new Error(
    `schema must be up to 40 lower-case letters, digits or underscores, and is ${JSON.stringify(schema)}`,
  );
}
