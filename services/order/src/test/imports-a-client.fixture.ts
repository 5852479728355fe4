import pg from 'pg';

/** A workflow that breaks the rule: it imports a client library into the sandbox. */
export async function importsAClient(): Promise<string> {
  return pg.Client.name;
}
