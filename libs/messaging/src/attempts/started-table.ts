export interface StartedRow {
  identity: string;
  suspect: boolean;
  crashes: number;
  waiting: boolean;
}

/** The statements on table `started`: the messages in flight of every process of a consumer. */
export function startedTable(schema: string) {
  const ofMine = 'WHERE consumer = $1 AND session = $2';
  const update = (change: string) => `UPDATE ${schema}.started SET ${change} ${ofMine} AND identity = $3`;
  return {
    enterIsolation: update('isolated = true, waiting = false'),
    clear: update('isolated = false, suspect = false, crashes = 0'),
    clearAll: `UPDATE ${schema}.started SET crashes = 0 WHERE consumer = $1 AND crashes > 0`,
    wait: update('waiting = true'),
    leave: `DELETE FROM ${schema}.started ${ofMine} AND NOT waiting`,
    forgetOld: `
      DELETE FROM ${schema}.started
      WHERE consumer = $1 AND started_at < now() - interval '7 days' AND NOT ${schema}.is_alive(session)`,
    // The message of a dead process becomes a suspect, and a crash is counted if it was isolated. What a live process
    // handles in isolation stays where it is and is not returned. Ordered, so that two processes which start the same
    // messages do not deadlock.
    write: `
      WITH ended AS (
        DELETE FROM ${schema}.started ${ofMine} AND identity = ANY ($3::text[]) AND NOT waiting
      )
      INSERT INTO ${schema}.started AS held (consumer, identity, session, suspect)
      SELECT $1, identity, $2, suspect
      FROM unnest($4::text[], $5::boolean[]) AS begun (identity, suspect) ORDER BY identity
      ON CONFLICT (consumer, identity) DO UPDATE SET
        session = excluded.session,
        suspect = held.suspect OR excluded.suspect
          OR NOT (held.session = excluded.session OR ${schema}.is_alive(held.session)),
        crashes = held.crashes + held.isolated::integer,
        isolated = false
      WHERE NOT (held.isolated AND (held.session = excluded.session OR ${schema}.is_alive(held.session)))
      RETURNING identity, suspect, crashes, waiting`,
  };
}
