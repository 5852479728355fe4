import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/** Only one process prepares at a time. A lock whose holder is dead is taken over. */
export async function takeLock() {
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
