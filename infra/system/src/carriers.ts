import type { Carried, Server, ServerName } from './declaration.js';
import { servers } from './derived.js';

/** What carries messages where the settings say nothing. */
const DEFAULTS: Record<Carried, ServerName> = { events: 'kafka', tasks: 'rabbitmq' };

/** The servers that `EVENTS` and `TASKS` choose. Throws the names that there are when one is unknown. */
export function carriersOf(env: Readonly<Record<string, string | undefined>>): Record<Carried, ServerName> {
  const chosen = (carried: Carried): ServerName => {
    const setting = carried.toUpperCase();
    const name = env[setting] || DEFAULTS[carried];
    const possible = servers.filter(({ carries }) => carries?.includes(carried)).map((server) => server.name);
    const found = possible.find((one) => one === name);
    if (!found)
      throw new Error(`${setting}=${name}: nothing of this name carries ${carried}; choose ${possible.join(' or ')}`);
    return found;
  };
  return { events: chosen('events'), tasks: chosen('tasks') };
}

/** Those that run with these settings: what carries messages, and all that do not. */
export function usedServers(env: Readonly<Record<string, string | undefined>>): readonly Server[] {
  const carriers = Object.values(carriersOf(env));
  return servers.filter(({ name, carries }) => !carries || carriers.includes(name));
}
