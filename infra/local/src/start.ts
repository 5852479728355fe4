import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { processes, servers } from '@waybill/system';
import { addresses } from './addresses.js';
import { type Components, everything, only } from './components.js';
import { consoleLink } from './console-link.js';
import { offerFaults } from './faults/index.js';
import { cleanUpAfter } from './orphans.js';
import { isSame } from './process-times.js';
import { type Output, stdout } from './progress.js';
import type { ServiceOptions } from './services.js';
import type { Settings } from './settings.js';
import { ensureFolders, readState } from './state.js';
import { logPath, prepareAll, System } from './system.js';

export interface StartOptions extends ServiceOptions {
  /** Names as of `only()`; default everything. */
  only?: readonly string[] | undefined;
  /** Whether it says where everything is, with a link that signs in: not where the output is kept in a log. Default false. */
  showsAddresses?: boolean;
  /** Called when all is healthy; rejects when it can't go on. Default: nothing more happens until a signal comes. */
  whileRunning?(system: System, stopping: AbortSignal): Promise<void>;
}

/** `npm start`: runs until a signal says stop. Exit code 1 when it could not be started. */
export async function start(settings: Settings, options: StartOptions = {}): Promise<number> {
  if (isRunning(settings)) return alreadyRunning(settings);
  return supervise(settings, stdout, { ...options, showsAddresses: true });
}

/** `npm start -- --detach`: the same in the background; returns when all is healthy or has failed. */
export async function startDetached(settings: Settings, names?: readonly string[]): Promise<number> {
  if (isRunning(settings)) return alreadyRunning(settings);
  const startedAt = Date.now();
  const components = componentsOf(settings, names);
  ensureFolders(settings.home);
  // Ask here, where a person can answer, before installing anything; the background process finds it done.
  if (process.stdin.isTTY) await prepareAll(settings, stdout, components.servers);
  const log = logPath(settings.home, 'launcher');
  const from = existsSync(log) ? statSync(log).size : 0;
  const fd = openSync(log, 'a');
  const chosen = names ? ['--only', names.join()] : [];
  const child = spawn(process.execPath, [process.argv[1]!, 'supervise', ...chosen], {
    detached: true,
    stdio: ['ignore', fd, fd],
  });
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
    if (state?.supervisor.pid === child.pid && state?.status === 'running') {
      stdout.line(await started(settings, components, startedAt));
      return 0;
    }
    if (exited) {
      follow();
      return 1;
    }
  }
}

/** The launcher: supervises everything until a signal stops it. */
export async function supervise(
  settings: Settings,
  output: Output,
  { only: names, debug, showsAddresses, whileRunning }: StartOptions = {},
): Promise<number> {
  const startedAt = Date.now();
  const components = componentsOf(settings, names);
  ensureFolders(settings.home);
  await cleanUpAfter(settings, output);
  const system = new System(settings, output, components, { debug });
  const faults = await offerFaults(settings, system, output);
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

  const starting = system.start(faults.socket).then(
    () => 'started' as const,
    (error: Error) => error,
  );
  const outcome = await Promise.race([starting, stopped]);
  if (outcome === 'started') {
    if (showsAddresses) output.line(await started(settings, components, startedAt));
    await Promise.all([whileRunning?.(system, stopping.signal), stopped]);
  }
  if (outcome instanceof Error) {
    output.line(`\nwaybill: could not start: ${outcome.message}`);
    system.fail(outcome.message);
  } else output.line('\n  stopping ...');
  await faults.close();
  await system.stop();
  if (!(outcome instanceof Error)) output.line('  stopped; the data stay');
  return outcome instanceof Error ? 1 : 0;
}

const started = async (settings: Settings, components: Components, since: number): Promise<string> =>
  addresses(settings, components, {
    seconds: (Date.now() - since) / 1_000,
    link: await consoleLink(settings, components),
  });

const componentsOf = ({ env }: Settings, names?: readonly string[]): Components =>
  names ? only(names, env) : everything(env);

function isRunning({ home }: Settings): boolean {
  const state = readState(home);
  return state !== undefined && isSame(state.supervisor);
}

async function alreadyRunning(settings: Settings): Promise<number> {
  const { supervisor, status, services, processes: pids } = readState(settings.home)!;
  const isReplaced = (name: string) => settings.env[servers.find((server) => server.name === name)!.replacedBy];
  const running = {
    servers: everything(settings.env).servers.filter((name) => name in pids || isReplaced(name)),
    processes: processes.filter(({ name }) => services.includes(name)),
  };
  stdout.line(`Waybill is already ${status} (launcher: pid ${supervisor.pid}).`);
  if (status === 'running') stdout.line(addresses(settings, running, { link: await consoleLink(settings, running) }));
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
