import { join } from 'node:path';
import { run } from './run.js';
import { root } from './settings.js';

const SCRIPT = join(root, 'infra', 'local', 'api-types.mjs');

/** Writes what is stale of the types with which the console's page calls the services. Returns the paths of what it wrote. */
export async function writeApiTypes(): Promise<string[]> {
  return (await run(process.execPath, [SCRIPT])).split('\n').filter(Boolean);
}
