import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from './lock.mjs';
import { root } from './paths.mjs';
import { run, step } from './run.mjs';
import { contentHash, files, setStamp, stampOf, whenChanged } from './stamps.mjs';

/** Installs, generates and builds what has changed; with `pages: false`, not the pages. */
export async function prepare({ pages = true } = {}) {
  const release = await takeLock();
  try {
    await install();
    await generateClients();
    await compile();
    await bundleWorkflows();
    if (pages) await bundlePages();
  } finally {
    release();
  }
}

async function install() {
  const manifests = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...files((path) => /(^|\/)package\.json$/.test(path))];
  await whenChanged('install', contentHash(manifests), 'installing packages', () =>
    run('pnpm', ['install', '--frozen-lockfile', '--reporter=append-only']),
  );
}

/** A Prisma client for each service. That needs no schema engine; naming any existing file prevents its download. */
async function generateClients() {
  const services = fs.readdirSync(join(root, 'services')).filter((name) => fs.existsSync(schemaOf(name)));
  const stale = services.filter((name) => {
    const generated = join(root, 'services', name, 'src', 'persistence', 'generated');
    return stampOf(`prisma ${name}`) !== contentHash([schemaOf(name)]) || !fs.existsSync(generated);
  });
  if (!stale.length) return;
  await step('generating Prisma clients', () =>
    Promise.all(
      stale.map(async (name) => {
        const env = {
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        };
        await run(join(root, 'node_modules', '.bin', 'prisma'), ['generate'], {
          cwd: join(root, 'services', name),
          env,
        });
        setStamp(`prisma ${name}`, contentHash([schemaOf(name)]));
      }),
    ),
  );
}

function schemaOf(service) {
  return join('services', service, 'prisma', 'schema.prisma');
}

async function compile() {
  const sources = files((path) => /\.ts$|(^|\/)tsconfig[^/]*\.json$/.test(path) && !isOfPage(path));
  const hash = createHash('sha256');
  for (const path of sources) {
    const { size, mtimeMs } = fs.statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  const folders = sources.filter((path) => path.endsWith('/tsconfig.json')).map(dirname);
  const isBuilt = folders.every((folder) => fs.existsSync(join(folder, 'dist')));
  if (!isBuilt) setStamp('compile', undefined);
  await whenChanged('compile', hash.digest('hex'), 'compiling', () => {
    for (const folder of folders) removeOrphans(folder);
    return run(join(root, 'node_modules', '.bin', 'tsc'), ['-b']);
  });
}

/** Sources of a page run in browsers: Vite builds them. */
const isOfPage = (path) => /^services\/[^/]+\/web\//.test(path);

/** The page of a service, checked and bundled into its `dist/web`. */
async function bundlePages() {
  for (const service of fs.readdirSync(join(root, 'services'))) {
    const folder = join(root, 'services', service);
    if (!fs.existsSync(join(folder, 'web', 'vite.config.ts'))) continue;
    const sources = files((path) => path.startsWith(`services/${service}/web/`));
    const isBuilt = fs.existsSync(join(folder, 'dist', 'web', 'index.html'));
    await whenChanged(
      `page ${service}`,
      isBuilt && contentHash(['pnpm-lock.yaml', ...sources]),
      `bundling the page of ${service}`,
      async () => {
        await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', join(folder, 'web')]);
        await run(join(folder, 'node_modules', '.bin', 'vite'), ['build', '--logLevel', 'warn'], {
          cwd: join(folder, 'web'),
        });
      },
    );
    setStamp(`page ${service}`, contentHash(['pnpm-lock.yaml', ...sources]));
  }
}

/** Removes tsc's output of deleted sources; a test among it would still run. */
function removeOrphans(folder) {
  const dist = join(folder, 'dist');
  if (!fs.existsSync(dist)) return;
  for (const path of fs.readdirSync(dist, { recursive: true })) {
    const name = path.replace(/\.d\.ts$/, '');
    const isSource = (from) => fs.existsSync(join(folder, from, `${name}.ts`));
    if (name === path || isSource('src') || isSource('.')) continue;
    for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map'])
      fs.rmSync(join(dist, name + ending), { force: true });
  }
}

/** Bundles workflows for Temporal's sandbox once, not in every process at its start. */
async function bundleWorkflows() {
  for (const service of fs.readdirSync(join(root, 'services'))) {
    const dist = join('services', service, 'dist');
    if (!fs.existsSync(join(dist, 'bundle-workflows.js'))) continue;
    const inputs = [
      join(dist, 'workflows'),
      join(dist, 'domain'),
      'libs/contracts/dist',
      'libs/messaging/dist/contract',
    ];
    const code = inputs.flatMap((folder) =>
      fs
        .readdirSync(folder, { recursive: true })
        .filter((name) => name.endsWith('.js'))
        .map((name) => join(folder, name)),
    );
    const bundle = join(dist, 'workflow-bundle.js');
    await whenChanged(
      `bundle ${service}`,
      fs.existsSync(bundle) && contentHash(['pnpm-lock.yaml', ...code]),
      'bundling workflows',
      () => run('node', [join(dist, 'bundle-workflows.js')]),
    );
    setStamp(`bundle ${service}`, contentHash(['pnpm-lock.yaml', ...code]));
  }
}
