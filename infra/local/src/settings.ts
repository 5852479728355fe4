import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BLOCKED_PORTS, DEFAULT_PORTS, type PortName } from '@waybill/system';

/** The repository. */
export const root = resolve(import.meta.dirname, '..', '..', '..');

/** Downloads, shared by all copies of the repository. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill');

export type Ports = Record<PortName, number>;
export type Environment = Record<string, string | undefined>;

export interface Settings {
  /** State of one running system: data, logs, endpoints. */
  home: string;
  /** By the setting that moves each; `WAYBILL_PORT_BASE` is added to defaults only. */
  ports: Ports;
  env: Environment;
}

/** Throws with what is wrong when a port is not a port number. */
export function readSettings(env: Environment = process.env): Settings {
  const base = numberOf('WAYBILL_PORT_BASE', env.WAYBILL_PORT_BASE ?? '0');
  const ports = Object.entries(DEFAULT_PORTS).map(([name, port]) => {
    const given = env[name];
    const chosen = given ? numberOf(name, given) : port + base;
    if (BLOCKED_PORTS.has(chosen))
      throw new Error(`${name} would be ${chosen}, which fetch and browsers refuse: choose another`);
    if (chosen > 65_535) throw new Error(`${name} would be ${chosen}: choose a smaller WAYBILL_PORT_BASE`);
    return [name, chosen];
  });
  return { home: resolve(env.WAYBILL_HOME ?? join(root, '.waybill')), ports: Object.fromEntries(ports), env };
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name}=${text} is not a port number`);
  return Number(text);
}
