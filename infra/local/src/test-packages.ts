import { join } from 'node:path';
import { jest } from './jest.js';
import { runOnServers } from './own-system.js';
import type { Settings } from './settings.js';
import { testSettings } from './test-settings.js';

/** They install packages from the registry. */
export const PACKAGE_TESTS = 'tests/dist/packages/';
/** From those of `npm test`. */
const PORTS_APART = 200;

/**
 * `npm run test:packages`: packs the libraries that are published, installs them into empty projects with npm and pnpm, and
 * compiles and runs the programs of their READMEs there, on servers of its own.
 */
export function testPackages({ home }: Settings): Promise<number> {
  const settings = testSettings(join(home, 'packages'), {}, PORTS_APART);
  return runOnServers(settings, new Set(['postgres', 'rabbitmq', 'kafka']), async () => [
    await jest(settings, 'packages', ['--runInBand', '--', PACKAGE_TESTS]),
  ]);
}
