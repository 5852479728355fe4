import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './command-line.js';

/** Where a running system is; what the launcher writes to `.waybill/endpoints.json`. URLs unless said otherwise. */
export interface Endpoints {
  orderApi: string;
  orderProcessor: string;
  inventory: string;
  payment: string;
  paymentProvider: string;
  email: string;
  analytics: string;
  /** Maildev. */
  mail: string;
  /** Absent where no console runs. */
  deadLetters?: string;
  /** `host:port` */
  temporal: string;
  temporalUi: string;
  rabbitmq: string;
  rabbitmqUi: string;
  /** `host:port` */
  kafka: string;
  postgres: string;
  operatorToken: string;
  /** Live process ids by name, as `order-api` or `kafka`. */
  processes: Record<string, number>;
}

const root = join(import.meta.dirname, '..', '..', '..');

/** A path as the user meant it: npm runs its scripts in the repository's root, wherever it was called. */
export const userPath = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

/**
 * Reads the endpoints out of `file`; without one, of the system that this checkout started (`WAYBILL_ENDPOINTS`, else
 * endpoints.json in `WAYBILL_HOME`). Throws an error fit for users when there is none, or when a needed one is missing.
 */
export function readEndpoints<Name extends keyof Endpoints>(
  file: string | undefined,
  needed: readonly Name[],
): Pick<Endpoints, Name> {
  const path = file ? userPath(file) : ownEndpoints();
  const endpoints = parse(path, file !== undefined);
  const missing = needed.filter((name) => !endpoints[name]);
  if (missing.length) throw new UsageError(`${path} does not say where ${missing.join(', ')} is`);
  return endpoints;
}

function ownEndpoints(): string {
  return process.env.WAYBILL_ENDPOINTS ?? join(process.env.WAYBILL_HOME ?? join(root, '.waybill'), 'endpoints.json');
}

function parse(path: string, named: boolean): Endpoints {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Endpoints;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new UsageError(`${path} can not be read: ${(error as Error).message}`);
    }
    if (named) throw new UsageError(`there is no file ${path}`);
    throw new NotRunning(`no system is running here: there is no ${path}`);
  }
}

/** There is no system to talk to. */
export class NotRunning extends Error {
  constructor(reason: string) {
    super(`${reason}\nStart it with: npm start`);
  }
}
