import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { restartDelay } from './backoff.js';
import type { ProcessSpec } from './process-spec.js';
import type { Output } from './progress.js';

const LOOK_AGAIN_AFTER = 150;
const STABLE_AFTER = 60_000;
const STOP_WITHIN = 10_000;

export interface Surroundings {
  output: Output;
  logFile: string;
  /** Its pid is another one now, or it has none. */
  onChange: () => void;
}

/** A process that is started again whenever it ends, until it is stopped. */
export class Supervised {
  private child: ChildProcess | undefined;
  private restarts = 0;
  private startedAt = 0;
  private readonly stopping = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: ProcessSpec,
    private readonly around: Surroundings,
  ) {}

  /** Of the server itself, while it runs. */
  get pid(): number | undefined {
    if (!this.child) return undefined;
    return this.spec.serverPid ? this.spec.serverPid() : this.child.pid;
  }

  /** Resolves when it is ready for the first time. Rejects when it takes longer than so many milliseconds. */
  async start(within: number): Promise<void> {
    void this.keepRunning();
    const deadline = Date.now() + within;
    for (let reason = ''; ; await pause(LOOK_AGAIN_AFTER)) {
      try {
        await this.spec.ready();
        this.around.onChange();
        return;
      } catch (error) {
        reason = (error as Error).message;
      }
      if (this.stopping.signal.aborted) throw new Error('stopped');
      if (Date.now() > deadline) throw new Error(`${this.spec.name} is not ready after ${within / 1_000} s: ${reason}`);
    }
  }

  /** Asks it to end, and makes it end after 10 s. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const { child, pid } = this;
    if (pid) signal(pid, this.spec.stopSignal ?? 'SIGTERM');
    const insist = setTimeout(() => child && killGroup(child), STOP_WITHIN);
    await this.ended;
    clearTimeout(insist);
    await this.spec.afterStop?.();
  }

  private async keepRunning(): Promise<void> {
    const { output, onChange } = this.around;
    while (!this.stopping.signal.aborted) {
      const ended = await this.runOnce();
      this.child = undefined;
      onChange();
      if (this.stopping.signal.aborted) return;
      if (Date.now() - this.startedAt > STABLE_AFTER) this.restarts = 0;
      const delay = restartDelay(++this.restarts);
      output.line(
        `  ${this.spec.name} ended (${ended}), starting it again in ${delay} ms; its log: ${this.around.logFile}`,
      );
      await pause(delay, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }

  private async runOnce(): Promise<string> {
    const { spec, around } = this;
    await spec.beforeStart?.();
    if (this.stopping.signal.aborted) return 'stopped';
    const log = openSync(around.logFile, 'a');
    // A group of its own, so that Ctrl-C in the terminal reaches the launcher only, which stops all in order.
    const options = {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log] as ('ignore' | number)[],
      detached: true,
    };
    const child = spawn(spec.command, spec.args, options);
    closeSync(log);
    this.startedAt = Date.now();
    this.child = child;
    const exit = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.ended = exit.then(() => killGroup(child));
    around.onChange();
    if (spec.serverPid) void this.announceServerPid(child);
    return exit.then(async (how) => {
      await this.ended;
      return how;
    });
  }

  /** The wrapper is there before the server has a pid. */
  private async announceServerPid(child: ChildProcess): Promise<void> {
    while (this.child === child && !this.pid) await pause(LOOK_AGAIN_AFTER);
    this.around.onChange();
  }
}

/** Ends what a killed process has left of its group; nothing is left of one that ended by itself. */
function killGroup(child: ChildProcess): void {
  if (child.pid) signal(-child.pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
