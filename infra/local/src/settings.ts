import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '..', '..', '..');

/** Downloads that every copy shares. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill');

/** Every port by the variable that sets it, with its default. `WAYBILL_PORT_BASE` is added to defaults only. */
export const DEFAULT_PORTS = {
  ORDER_API_PORT: 3000,
  INVENTORY_PORT: 3001,
  PAYMENT_PORT: 3002,
  EMAIL_PORT: 3003,
  ANALYTICS_PORT: 3004,
  PAYMENT_PROVIDER_PORT: 3005,
  CONSOLE_PORT: 3006,
  ORDER_PROCESSOR_PORT: 3010,
  POSTGRES_PORT: 5432,
  RABBITMQ_PORT: 5672,
  RABBITMQ_UI_PORT: 15_672,
  RABBITMQ_DIST_PORT: 15_673,
  RABBITMQ_EPMD_PORT: 4_370,
  KAFKA_PORT: 9092,
  KAFKA_CONTROLLER_PORT: 9093,
  TEMPORAL_PORT: 7233,
  TEMPORAL_UI_PORT: 8233,
  SMTP_PORT: 1025,
  MAIL_PORT: 1080,
};

export type PortName = keyof typeof DEFAULT_PORTS;
export type Ports = Record<PortName, number>;
export type Environment = Record<string, string | undefined>;

export interface Settings {
  /** State of one running copy: data, logs, endpoints. */
  home: string;
  ports: Ports;
  env: Environment;
}

/** Throws with what is wrong when a port is no port. */
export function readSettings(env: Environment = process.env): Settings {
  const base = numberOf('WAYBILL_PORT_BASE', env.WAYBILL_PORT_BASE ?? '0');
  const ports = Object.entries(DEFAULT_PORTS).map(([name, port]) => {
    const given = env[name];
    const chosen = given ? numberOf(name, given) : port + base;
    if (chosen > 65_535) throw new Error(`${name} would be ${chosen}: choose a smaller WAYBILL_PORT_BASE`);
    return [name, chosen];
  });
  return { home: resolve(env.WAYBILL_HOME ?? join(root, '.waybill')), ports: Object.fromEntries(ports), env };
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name}=${text} is no port number`);
  return Number(text);
}
