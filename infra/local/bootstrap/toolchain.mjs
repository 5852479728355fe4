import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { cache, root } from './paths.mjs';
import { run, step } from './run.mjs';

const read = (path) => fs.readFileSync(join(root, path), 'utf8');

/** Folders of the `node` and `pnpm` that the repository names. */
export async function fetchToolchain() {
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
