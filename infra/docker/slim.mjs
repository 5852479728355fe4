/**
 * Takes out of a deployed package what no process of it ever reads: `node slim.mjs FOLDER`. It ends with an error when
 * something that it expects is not there, so that a new version of a dependency does not silently make images big again.
 */
import { globSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];

/** Types and sources in TypeScript, source maps, tests of ours, notes; here and in every dependency. */
const UNREAD = /\.([cm]?ts|map|tsbuildinfo|spec\.js|md)$/;

/** Of Temporal's native code, only that of the system we are on. */
const RUST_TARGET = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' }[process.arch];

const LARGE = [
  { package: '@temporalio/core-bridge', remove: 'releases/*', except: RUST_TARGET },
  { package: '@temporalio/core-bridge', remove: 'sdk-core' },
  // Workflows are bundled when the image is built, so nothing compiles later.
  { package: '@swc/core-linux-*', remove: '*.node' },
  // Prisma brings its query compiler for each database, in two sizes and two module formats.
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

/** Never through a link: pnpm links every package to those it depends on. */
function removeUnread(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeUnread(join(path, entry.name));
    else if (UNREAD.test(entry.name)) rmSync(join(path, entry.name));
  }
}
