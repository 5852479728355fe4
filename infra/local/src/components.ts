import { basename } from 'node:path';
import { carriersOf, type Process, processes, type ServerName, usedServers } from '@waybill/system';
import type { Environment } from './settings.js';

/** Which part of the system is to run. */
export interface Components {
  servers: readonly ServerName[];
  /** With their databases. */
  processes: readonly Process[];
}

/** With the servers that the settings choose to carry messages. Throws when they choose an unknown one. */
export const everything = (env: Environment): Components => ({
  servers: usedServers(env).map(({ name }) => name),
  processes,
});

/**
 * The processes of these names, a service's folder standing for all of its processes, with what they call and the
 * servers that they need. Throws with the names that there are.
 */
export function only(names: readonly string[], env: Environment, all: Components = everything(env)): Components {
  const carriers: Record<string, ServerName> = carriersOf(env);
  const chosen = new Set(names.flatMap((name) => withCalled(name, all.processes)));
  const needed = new Set(
    [...chosen].flatMap(({ database, needs = [] }) => [
      ...(database ? ['postgres'] : []),
      ...needs.map((need) => carriers[need] ?? need),
    ]),
  );
  return {
    servers: all.servers.filter((name) => needed.has(name)),
    processes: all.processes.filter((process) => chosen.has(process)),
  };
}

function withCalled(name: string, all: readonly Process[]): Process[] {
  const meant = all.filter((process) => process.name === name || basename(process.package) === name);
  if (meant.length === 0) throw new Error(`there is no process ${name}; there are ${namesOf(all).join(', ')}`);
  return meant.flatMap((process) => [process, ...all.filter(({ name: other }) => process.calls?.includes(other))]);
}

const namesOf = (all: readonly Process[]) => [
  ...new Set(all.flatMap(({ name, package: folder }) => [basename(folder), name])),
];
