import type { Environment } from './settings.js';

/** How one process is run and known. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env?: Environment;
  cwd?: string;
  /** Before each start: what a crash may have left behind is put right. */
  beforeStart?: () => Promise<void>;
  /** Resolves when it can be used; rejects while it can't. Asked again and again. */
  ready: () => Promise<void>;
  /** The server's own pid where the started process is only its wrapper. */
  serverPid?: () => number | undefined;
  /** How it is asked to stop. Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** After it has stopped for good. */
  afterStop?: () => Promise<void>;
}
