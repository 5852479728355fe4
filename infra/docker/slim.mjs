/**
 * Takes out of a deployed package what no process of it ever reads: `node slim.mjs FOLDER`. It ends with an error when
 * something that it expects is not there, so that a new version of a dependency does not silently make images big again.
 */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];

/** By file name: types, source maps, sources and tests of ours and of others, notes. */
const UNREAD = ['*.d.ts', '*.d.cts', '*.d.mts', '*.ts', '*.cts', '*.mts', '*.map', '*.tsbuildinfo', '*.spec.js', '*.md'];

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

for (const pattern of UNREAD) removeAll(`**/${pattern}`);
for (const { package: name, remove, except } of LARGE) {
  const installed = globSync(`node_modules/.pnpm/*/node_modules/${name}/`, { cwd: folder });
  const removed = installed.flatMap((path) => removeAll(join(path, remove), except));
  if (installed.length && !removed.length) throw new Error(`slim.mjs: ${name} has no ${remove} any more`);
}

function removeAll(pattern, except) {
  const paths = globSync(pattern, { cwd: folder }).filter((path) => !except || !path.includes(except));
  for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true });
  return paths;
}
