import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from './command-line.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** The option of every command that talks to a running system. */
export const endpointsOption = {
  value: 'FILE',
  help: 'endpoints.json of the system; default: the system of this checkout',
  schema: z.string().min(1).optional(),
};

/** A path relative to where the user called npm, which runs its scripts in the repository's root. */
export const userPath = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

/**
 * Reads addresses from an endpoints.json: `file`, else that of the system which this checkout started
 * (`WAYBILL_ENDPOINTS`, or endpoints.json in `WAYBILL_HOME`). Throws NotRunning when there is none, and UsageError when
 * it cannot be read or lacks one of `names`.
 */
export function readEndpoints<const Name extends string>(
  file: string | undefined,
  names: readonly Name[],
): Record<Name, string> {
  const path = endpointsPath(file);
  const endpoints = parse(path, file !== undefined);
  const missing = names.filter((name) => !endpoints[name]);
  if (missing.length) throw new UsageError(`${path} has no address for ${missing.join(', ')}`);
  return endpoints;
}

/** `file`, or where the system of this checkout writes it. */
export function endpointsPath(file?: string): string {
  if (file) return userPath(file);
  return process.env.WAYBILL_ENDPOINTS ?? join(process.env.WAYBILL_HOME ?? join(root, '.waybill'), 'endpoints.json');
}

function parse(path: string, chosenByUser: boolean): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
    }
    if (chosenByUser) throw new UsageError(`${path} does not exist`);
    throw new NotRunning(`no system is running: ${path} does not exist`);
  }
}

/** There is no system to talk to. */
export class NotRunning extends Error {
  constructor(reason: string) {
    super(`${reason}\nStart it with: npm start`);
  }
}
