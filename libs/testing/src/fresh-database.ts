import pg from 'pg';
import { backingServices } from './endpoints.js';
import { uniqueName } from './unique-name.js';

export interface FreshDatabase {
  url: string;
  pool: pg.Pool;
  /** Drops it, even with open connections. */
  drop(): Promise<void>;
}

/** An empty database for one spec file. The caller drops it in `afterAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { postgres } = backingServices();
  const name = uniqueName('test');
  await onServer(postgres, `CREATE DATABASE ${name}`);

  const url = new URL(postgres);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 30, pipeline: true });
  pool.on('error', () => {}); // a test that closes connections also closes idle ones of the pool

  return {
    url: url.href,
    pool,
    async drop() {
      await pool.end();
      await onServer(postgres, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
