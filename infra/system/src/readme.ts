import type { Process } from './declaration.js';
import { defaultPort, processes } from './derived.js';
import type { GeneratedFile } from './generated-file.js';
import { table } from './markdown-table.js';
import { withRegion } from './region.js';

/** The README's table of services. */
export function servicesInReadme(root: string): GeneratedFile {
  return withRegion(root, 'README.md', {
    begin: '<!-- Written by `npm run generate` from infra/system/src/system.ts. -->',
    end: '<!-- End of what is written. -->',
    content: `\n${table([['process', 'what it does', 'where'], ...processes.map(row)])}\n`,
  });
}

const row = (process: Process): string[] => [`[${process.name}](${process.package})`, process.does, addresses(process)];

/** Each page, the first one as a whole URL: that is what one clicks in a terminal. */
function addresses(process: Process): string {
  const url = `http://127.0.0.1:${defaultPort(process)}`;
  const [first, ...others] = process.pages ?? [];
  if (!first) return `<${url}/health/ready>`;
  return [`<${url}${first.path}>`, ...others.map(({ label, path }) => `[${label}](${url}${path})`)].join(', ');
}
