import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { carriersOf, processes } from '@waybill/system';
import pg from 'pg';
import type { Environment } from '../settings.js';

/** Ends the connections; resolves with their number. The clients are to notice, and to connect again. */
export type Cut = () => Promise<number>;

/** The servers from which the process of this name can be cut off: those of `servers` that can end a client's connections. */
export function cutsOf(name: string, servers: readonly string[], env: Environment): ReadonlyMap<string, Cut> {
  const process = processes.find((one) => one.name === name);
  const cuts = new Map<string, Cut>();
  if (!process) return cuts;
  const { database, needs = [], package: folder } = process;
  const usesRabbit = needs.some((need) => need === 'tasks') && carriersOf(env).tasks === 'rabbitmq';
  if (database && servers.includes('postgres')) cuts.set('postgres', () => endSessions(env.POSTGRES_URL!, database));
  if (usesRabbit && servers.includes('rabbitmq')) cuts.set('rabbitmq', () => closeConnections(env, basename(folder)));
  return cuts;
}

/** All sessions of a service's database, in whichever of its processes. */
async function endSessions(url: string, database: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 5_000 });
  client.on('error', () => {}); // the statement rejects
  await client.connect();
  try {
    const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    return (await client.query(sql, [`waybill_${database}`])).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

/** RabbitMQ lists a connection some seconds after it was opened, in ms. */
const LISTED_WITHIN = 10_000;
const POLL_INTERVAL = 500;

interface RabbitConnection {
  name: string;
  client_properties?: { connection_name?: string };
}

/** By RabbitMQ's management API. A service names its connections after itself. */
async function closeConnections(env: Environment, service: string): Promise<number> {
  const { username, password } = new URL(env.RABBITMQ_URL!);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}`, 'x-reason': 'cut by a fault' };
  const call = async (path: string, method = 'GET') => {
    const url = `${env.RABBITMQ_MANAGEMENT_URL}/api/connections${path}`;
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(5_000) });
    if (!response.ok && response.status !== 404) throw new Error(`RabbitMQ responded with ${response.status}`);
    return response;
  };
  const listOwn = async () => {
    const all = (await (await call('')).json()) as RabbitConnection[];
    return all.filter(({ client_properties: client }) => client?.connection_name?.split(' ')[0] === service);
  };
  let own = await listOwn();
  const deadline = performance.now() + LISTED_WITHIN;
  while (own.length === 0 && performance.now() < deadline) {
    await sleep(POLL_INTERVAL);
    own = await listOwn();
  }
  await Promise.all(own.map(({ name }) => call(`/${encodeURIComponent(name)}`, 'DELETE')));
  return own.length;
}
