import { join } from 'node:path';
import { run } from '../run.js';
import { root } from '../settings.js';
import { endpointsPath } from '../state.js';

const CHECKER = join(root, 'infra', 'shop-cli', 'dist', 'main.invariants.js');

/** The invariants I1 to I9 as `npm run invariants -- --now` finds them: a process of its own, whose memory is free afterwards. */
export const invariantsOf = (home: string): Record<string, () => Promise<unknown>> => ({
  '/invariants': async () =>
    JSON.parse(await run(process.execPath, [CHECKER, '--now', '--json', '--endpoints', endpointsPath(home)])),
});
