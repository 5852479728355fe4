import pg from 'pg';

/** A workflow as it must not be: it brings a client library into the sandbox. */
export async function importsAClient(): Promise<string> {
  return pg.Client.name;
}
