/**
 * Removes what no process reads from a deployed package: `node slim.mjs FOLDER`. Fails when an expected file is missing,
 * so that a new version of a dependency cannot silently make images large again.
 */
import { globSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];

/** TypeScript sources and types, source maps, our tests and Markdown, also of every dependency. */
const UNREAD = /\.([cm]?ts|map|tsbuildinfo|spec\.js|md)$/;

/** The platform whose native code of Temporal is kept. */
const RUST_TARGET = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' }[process.arch];

const LARGE = [
  { package: '@temporalio/core-bridge', remove: 'releases/*', except: RUST_TARGET },
  { package: '@temporalio/core-bridge', remove: 'sdk-core' },
  // Workflows are bundled when the image is built, so nothing compiles later.
  { package: '@swc/core-linux-*', remove: '*.node' },
  // Prisma ships its query compiler for each database, in two sizes and two module formats.
  { package: '@prisma/client', remove: 'runtime/query_compiler_*', except: 'query_compiler_fast_bg.postgresql' },
];

removeUnread(folder);
for (const { package: name, remove, except } of LARGE) {
  const installed = globSync(`node_modules/.pnpm/*/node_modules/${name}/`, { cwd: folder });
  const paths = installed.flatMap((path) => globSync(join(path, remove), { cwd: folder }));
  if (installed.length && !paths.length) throw new Error(`slim.mjs: ${name} has no ${remove} any more`);
  for (const path of paths)
    if (!except || !path.includes(except)) rmSync(join(folder, path), { recursive: true, force: true });
}

/** Does not follow links: pnpm links each package to its dependencies. */
function removeUnread(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeUnread(join(path, entry.name));
    else if (UNREAD.test(entry.name)) rmSync(join(path, entry.name));
  }
}
