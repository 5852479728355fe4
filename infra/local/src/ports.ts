import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { PortName } from '@waybill/system';
import type { Ports } from './settings.js';

/** Rejects with every one of these ports that another program listens on. */
export async function requireFree(ports: Ports, names: readonly PortName[]): Promise<void> {
  const taken = (await Promise.all(names.map(async (name) => ((await isFree(ports[name])) ? [] : [name])))).flat();
  if (!taken.length) return;
  const lines = taken.map((name) => `  ${ports[name]} (${name})${holderOf(ports[name])}`);
  throw new Error(
    `these ports are taken:\n${lines.join('\n')}\nStop the programs that hold them, set the variables, or move all ports: WAYBILL_PORT_BASE=10000`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/** The program that listens there, where `ss` shows it. */
function holderOf(port: number): string {
  const { stdout } = spawnSync('ss', ['-ltnpH', `sport = :${port}`], { encoding: 'utf8' });
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout ?? '') ?? [];
  return name ? ` by ${name}, pid ${pid}` : '';
}
