import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { addresses } from './addresses.js';
import { cleanUpAfter } from './orphans.js';
import { isSame } from './process-times.js';
import { type Output, stdout } from './progress.js';
import type { Settings } from './settings.js';
import { ensureFolders, readState } from './state.js';
import { logPath, prepareAll, System } from './system.js';

/** `npm start`: runs everything until a signal says stop. Exit code 1 when it could not be started. */
export async function start(settings: Settings): Promise<number> {
  if (isRunning(settings)) return alreadyRunning(settings);
  return supervise(settings, stdout);
}

/** `npm start -- --detach`: the same in the background; returns when all is healthy or has failed. */
export async function startDetached(settings: Settings): Promise<number> {
  if (isRunning(settings)) return alreadyRunning(settings);
  ensureFolders(settings.home);
  // Ask here, where a person can answer, before installing anything; the background process finds it done.
  if (process.stdin.isTTY) await prepareAll(settings, stdout);
  const log = logPath(settings.home, 'launcher');
  const from = existsSync(log) ? statSync(log).size : 0;
  const fd = openSync(log, 'a');
  const child = spawn(process.execPath, [process.argv[1]!, 'supervise'], { detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  child.unref();
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  const follow = follower(log, from);
  for (;;) {
    await pause(100);
    follow();
    const state = readState(settings.home);
    if (state?.supervisor.pid === child.pid && state?.status === 'running') return 0;
    if (exited) {
      follow();
      return 1;
    }
  }
}

/** The launcher: supervises everything until a signal stops it. */
export async function supervise(settings: Settings, output: Output): Promise<number> {
  const startedAt = Date.now();
  ensureFolders(settings.home);
  await cleanUpAfter(settings, output);
  const system = new System(settings, output);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));

  const started = system.start().then(
    () => 'started' as const,
    (error: Error) => error,
  );
  const outcome = await Promise.race([started, stopped]);
  if (outcome === 'started') {
    output.line(addresses(settings, (Date.now() - startedAt) / 1_000));
    await stopped;
  }
  if (outcome instanceof Error) {
    output.line(`\nwaybill: could not start: ${outcome.message}`);
    system.fail(outcome.message);
  } else output.line('\n  stopping ...');
  await system.stop();
  if (!(outcome instanceof Error)) output.line('  stopped; the data stay');
  return outcome instanceof Error ? 1 : 0;
}

function isRunning({ home }: Settings): boolean {
  const state = readState(home);
  return state !== undefined && isSame(state.supervisor);
}

function alreadyRunning(settings: Settings): number {
  const { supervisor, status } = readState(settings.home)!;
  stdout.line(`Waybill is already ${status} (launcher: pid ${supervisor.pid}).`);
  if (status === 'running') stdout.line(addresses(settings));
  return status === 'running' ? 0 : 1;
}

/** Shows what was added to a file since the last call. */
function follower(path: string, from: number): () => void {
  let shown = from;
  return () => {
    const content = readFileSync(path);
    if (content.length === shown) return;
    process.stdout.write(content.subarray(shown));
    shown = content.length;
  };
}
