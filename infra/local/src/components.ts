import { basename } from 'node:path';
import { type Process, processes, processNamed, type ServerName, servers } from '@waybill/system';

/** Which part of the system is to run. */
export interface Components {
  servers: readonly ServerName[];
  /** With their databases. */
  processes: readonly Process[];
}

export const everything: Components = { servers: servers.map(({ name }) => name), processes };

/**
 * The processes of these names, a service's folder standing for all of its processes, with what they call and the
 * servers that they need. Throws with the names that there are.
 */
export function only(names: readonly string[]): Components {
  const chosen = new Set(names.flatMap(withCalled));
  const needed = new Set(
    [...chosen].flatMap(({ database, needs = [] }) => [...(database ? ['postgres'] : []), ...needs]),
  );
  return {
    servers: everything.servers.filter((name) => needed.has(name)),
    processes: processes.filter((process) => chosen.has(process)),
  };
}

function withCalled(name: string): Process[] {
  const meant = processes.filter((process) => process.name === name || basename(process.package) === name);
  if (meant.length === 0) throw new Error(`there is no process ${name}; there are ${names().join(', ')}`);
  return meant.flatMap((process) => [process, ...(process.calls ?? []).map(processNamed)]);
}

const names = () => [...new Set(processes.flatMap(({ name, package: folder }) => [basename(folder), name]))];
