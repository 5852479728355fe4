import { join } from 'node:path';
import { watch } from 'chokidar';
import { affected, fingerprints } from './packages.js';
import { stdout } from './progress.js';
import { run } from './run.js';
import { root, type Settings } from './settings.js';
import { start } from './start.js';
import type { System } from './system.js';

/** An editor that saves several files has written them all by then. */
const SETTLED_AFTER = 200;
const IGNORED = /(^|\/)(node_modules|dist|generated)(\/|$)/;

/** `npm run dev`: as `npm start`, and whatever is saved is built and the processes that it concerns run again. */
export function dev(settings: Settings, names?: readonly string[]): Promise<number> {
  return start(settings, { only: names, debug: true, whileRunning: rebuildOnChange });
}

async function rebuildOnChange(system: System, stopping: AbortSignal): Promise<void> {
  const watcher = watch(
    ['libs', 'services', 'infra'].map((folder) => join(root, folder)),
    { ignored: (path) => IGNORED.test(path.slice(root.length)), ignoreInitial: true },
  );
  const rebuild = new Rebuild(system);
  watcher.on('all', () => rebuild.soon());
  watcher.on('error', (error) => stdout.line(`  cannot watch the sources: ${(error as Error).message}`));
  stdout.line('  watching: what you save is built, and the processes that use it are started again; Ctrl-C stops');
  stopping.addEventListener('abort', () => {
    rebuild.cancel();
    void watcher.close();
  });
}

/** One at a time; what is saved meanwhile is built afterwards. */
class Rebuild {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private built = fingerprints();

  constructor(private readonly system: System) {}

  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.running.then(() => this.now());
    }, SETTLED_AFTER);
  }

  cancel(): void {
    clearTimeout(this.timer);
  }

  /** A mistake leaves what runs as it is, until the next save. */
  private async now(): Promise<void> {
    try {
      await run(process.execPath, [join(root, 'infra', 'local', 'bootstrap.mjs'), 'build']);
      const built = fingerprints();
      const folders = affected(this.built, built);
      this.built = built;
      const names = this.system.processesIn(folders);
      stdout.line(
        names.length ? `  built; starting ${names.join(', ')} again` : '  built; no process uses what changed',
      );
      if (names.length) await this.system.restart(names);
      if (names.length) stdout.line('  ready');
    } catch (error) {
      stdout.line(`\n${(error as Error).message}\n\n  the next save is tried again`);
    }
  }
}
