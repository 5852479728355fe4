import { processes } from '@waybill/system';
import type { Environment } from '../settings.js';
import type { Supervised } from '../supervised.js';
import { type Cut, cutsOf } from './cut-connections.js';

/** A process or server that can be broken. */
export interface Target {
  name: string;
  kind: 'process' | 'server';
  supervised: Supervised;
  /** By the name of the server. */
  cuts: ReadonlyMap<string, Cut>;
}

/** Of all that the launcher runs itself; `env` says how to connect to the servers. */
export function targetsOf(running: readonly Supervised[], env: Environment): Target[] {
  const isProcess = (name: string) => processes.some((process) => process.name === name);
  const servers = running.map(({ spec }) => spec.name).filter((name) => !isProcess(name));
  return running.map((supervised) => {
    const { name } = supervised.spec;
    return { name, kind: isProcess(name) ? 'process' : 'server', supervised, cuts: cutsOf(name, servers, env) };
  });
}
