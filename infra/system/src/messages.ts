import { globSync } from 'node:fs';
import { join } from 'node:path';

/** libs/contracts/src/messages.ts: everything that the files of events and tasks define. */
export function messagesFile(root: string): string {
  const names = globSync('*.{events,tasks}.ts', { cwd: join(root, 'libs', 'contracts', 'src') }).sort();
  return [HEAD, ...names.map((name) => `export * from './${name.replace(/\.ts$/, '.js')}';\n`)].join('');
}

const HEAD = `// Written by \`npm run generate\` from the files of this folder.
`;
