#!/usr/bin/env node
/**
 * Runs every npm script: fetches the toolchain that the repository names, installs, generates and builds what has
 * changed, then starts the launcher. Runs on the distribution's Node (20 or newer) without dependencies.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waybill');
const stamps = join(root, 'node_modules', '.waybill-stamps.json');
const [command = 'help', ...args] = process.argv.slice(2);

const read = (path) => fs.readFileSync(join(root, path), 'utf8');

main().catch((error) => {
  console.error(`\nwaybill: ${error.message}`);
  process.exit(1);
});

async function main() {
  process.chdir(root);
  const toolchain = await fetchToolchain();
  process.env.PATH = [...toolchain, process.env.PATH].join(delimiter);
  const release = await takeLock();
  try {
    await install();
    await generateClients();
    await compile();
    await bundleWorkflows();
  } finally {
    release();
  }
  if (command !== 'build') await startLauncher();
}

/** Folders of the `node` and `pnpm` that the repository names. */
async function fetchToolchain() {
  const nodeVersion = read('.node-version').trim();
  const pnpmVersion = JSON.parse(read('package.json')).packageManager.split('@')[1];
  const platform = `${process.platform}-${process.arch}`;
  const isRunning = process.versions.node.split('.')[0] === nodeVersion.split('.')[0];
  const node = isRunning
    ? dirname(process.execPath)
    : join(await fetchPackage(`Node ${nodeVersion}`, `node-${platform.replace('win32', 'win')}`, nodeVersion), 'bin');
  if (isPnpm(pnpmVersion)) return [node];
  const pnpm = await fetchPackage(`pnpm ${pnpmVersion}`, `@pnpm/exe.${platform}`, pnpmVersion);
  return [node, pnpm];
}

/** Whether PATH has this version of pnpm, as in the images. */
function isPnpm(version) {
  return spawnSync('pnpm', ['--version'], { encoding: 'utf8' }).stdout?.trim() === version;
}

/** A package of the npm registry, unpacked in the user's cache; an interrupted download leaves nothing there. */
async function fetchPackage(what, name, version) {
  const target = join(cache, `${name.replace('/', '+')}-${version}`);
  if (fs.existsSync(target)) return target;
  await step(`downloading ${what}`, async () => {
    fs.mkdirSync(cache, { recursive: true });
    const temporary = fs.mkdtempSync(join(cache, 'download-'));
    try {
      await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', temporary], {
        hint: `${what} comes from the npm registry: is it reachable, and is there a build for this platform?`,
      });
      const [tarball] = fs.readdirSync(temporary);
      fs.mkdirSync(join(temporary, 'unpacked'));
      await run('tar', ['-xzf', join(temporary, tarball), '--strip-components=1', '-C', join(temporary, 'unpacked')]);
      for (const binary of ['pnpm', 'bin/node']) {
        const path = join(temporary, 'unpacked', binary);
        if (fs.existsSync(path)) fs.chmodSync(path, 0o755);
      }
      if (!fs.existsSync(target)) fs.renameSync(join(temporary, 'unpacked'), target);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  });
  return target;
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
  const sources = files((path) => /\.ts$|(^|\/)tsconfig[^/]*\.json$/.test(path));
  const hash = createHash('sha256');
  for (const path of sources) {
    const { size, mtimeMs } = fs.statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  await whenChanged('compile', hash.digest('hex'), 'compiling', () => {
    for (const path of sources.filter((path) => path.endsWith('/tsconfig.json'))) removeOrphans(dirname(path));
    return run(join(root, 'node_modules', '.bin', 'tsc'), ['-b']);
  });
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

/** Starts the launcher. It receives Ctrl-C itself, so this process only waits for it. */
async function startLauncher() {
  const scripts = {
    dlq: 'infra/cli/dist/main.dlq.js',
    order: 'infra/shop-cli/dist/main.order.js',
    invariants: 'infra/shop-cli/dist/main.invariants.js',
  };
  const script = scripts[command];
  const argv = script ? [script, ...args] : ['infra/local/dist/main.js', command, ...args];
  const child = spawn('node', argv, { stdio: 'inherit', env: process.env });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}

/** Paths of all files that git tracks or would add; without git, of all files in the source folders. */
function files(matches) {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const paths =
    listed.status === 0
      ? listed.stdout.split('\n')
      : ['services', 'libs', 'infra', 'tests', 'bench', '.'].flatMap(walk);
  return [...new Set(paths)].filter((path) => path && matches(path) && fs.existsSync(path)).sort();
}

function walk(folder) {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = relative(root, join(root, folder, entry.name));
    if (!entry.isDirectory()) return [path];
    return folder === '.' || /^(node_modules|dist|generated|\..*)$/.test(entry.name) ? [] : walk(path);
  });
}

function contentHash(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n`).update(fs.readFileSync(path));
  return hash.digest('hex');
}

function allStamps() {
  try {
    return JSON.parse(fs.readFileSync(stamps, 'utf8'));
  } catch {
    return {};
  }
}

const stampOf = (name) => allStamps()[name];

function setStamp(name, value) {
  if (stampOf(name) === value) return;
  fs.mkdirSync(dirname(stamps), { recursive: true });
  fs.writeFileSync(`${stamps}.new`, JSON.stringify({ ...allStamps(), [name]: value }, null, 2));
  fs.renameSync(`${stamps}.new`, stamps);
}

/** Does the work unless it was already done for the same inputs. */
async function whenChanged(name, hash, what, work) {
  if (hash && stampOf(name) === hash) return;
  await step(what, work);
  setStamp(name, hash);
}

/** Reports a step that takes longer than a second, and its duration. */
async function step(what, work) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(0)} s`;
  const ticking = setInterval(() => process.stderr.write(`  ${what} ... ${seconds()}\n`), 10_000);
  const soon = setTimeout(() => process.stderr.write(`  ${what} ...\n`), 1_000);
  try {
    return await work();
  } finally {
    clearTimeout(soon);
    clearInterval(ticking);
    if (Date.now() - start > 1_000) process.stderr.write(`  ${what}: ${seconds()}\n`);
  }
}

/** Silent unless it fails; then its output is the error message. */
function run(file, argv, { cwd = root, env = {}, hint } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${file} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) return resolve(output);
      reject(new Error([`${file} ${argv.join(' ')} failed (${code})`, output.trim(), hint].filter(Boolean).join('\n')));
    });
  });
}

/** Only one process prepares at a time. A lock whose holder is dead is taken over. */
async function takeLock() {
  const path = join(root, '.waybill', 'bootstrap.lock');
  fs.mkdirSync(dirname(path), { recursive: true });
  for (let reported = false; ; reported = true) {
    try {
      fs.writeFileSync(path, String(process.pid), { flag: 'wx' });
      const release = () => fs.rmSync(path, { force: true });
      process.once('exit', release);
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isStale(path)) {
      fs.rmSync(path, { force: true });
      continue;
    }
    if (!reported) process.stderr.write('  waiting for another npm script to finish building ...\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A holder may need a moment to write its pid. */
function isStale(lock) {
  try {
    const pid = Number(fs.readFileSync(lock, 'utf8'));
    return pid ? !isAlive(pid) : Date.now() - fs.statSync(lock).mtimeMs > 2_000;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
