import { DEFAULT_PORTS, publishedPorts } from './derived.js';
import type { GeneratedFile } from './generated-file.js';
import { withRegion } from './region.js';

/** The ports in .env; everything else there is written by hand. */
export function portsInEnv(root: string): GeneratedFile {
  const names = Object.values(publishedPorts());
  return withRegion(root, '.env', {
    begin: '# Written by `npm run generate` from infra/system/src/system.ts:',
    end: '# With --profile monitoring:',
    content: names.map((name) => `# ${name}=${DEFAULT_PORTS[name]}\n`).join(''),
  });
}
