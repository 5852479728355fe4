import type { Target } from './connect-to-any.js';

export interface Config {
  host: string;
  /** Where clients come in. Default 3000. */
  port: number;
  /** Name under which all copies are found, and their port. Default order-api:3000. */
  target: Target;
}

/** Throws with the name of the variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { HOST = '127.0.0.1', GATEWAY_PORT = '3000', GATEWAY_TARGET = 'order-api:3000' } = env;
  const [, host, port] = /^([\w.-]+):(\d{1,5})$/.exec(GATEWAY_TARGET) ?? [];
  if (!host) throw new Error(`GATEWAY_TARGET: '${GATEWAY_TARGET}' is not like order-api:3000`);
  if (!/^\d{1,5}$/.test(GATEWAY_PORT)) throw new Error(`GATEWAY_PORT: '${GATEWAY_PORT}' is not a port`);
  return { host: HOST, port: Number(GATEWAY_PORT), target: { host, port: Number(port) } };
}
