import type { Environment } from './settings.js';

/** How one process is started, checked and stopped. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env?: Environment;
  cwd?: string;
  /** Called before each start, to clean up after a crash. */
  beforeStart?: () => Promise<void>;
  /** Resolves when it can be used, rejects while it cannot; polled. */
  ready: () => Promise<void>;
  /** The server's own pid, where the started process is only its wrapper. */
  serverPid?: () => number | undefined;
  /** The pid of a program that runs beside it, and has to end with it even when the launcher was killed. */
  companion?: () => { name: string; pid: number } | undefined;
  /** Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Called once it has stopped for good. */
  afterStop?: () => Promise<void>;
}
