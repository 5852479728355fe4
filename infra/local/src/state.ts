import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessId } from './process-times.js';

/** What the launcher records about the running system, for the other commands. */
export interface State {
  supervisor: ProcessId;
  status: 'starting' | 'running' | 'stopping' | 'failed';
  /** Why it failed. */
  reason?: string;
  /** Names of the application processes that are to run. */
  services: readonly string[];
  /** All processes, in the order of their start. */
  processes: Record<string, ProcessId>;
}

const pathOf = (home: string) => join(home, 'state.json');

export function readState(home: string): State | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(home), 'utf8')) as State;
  } catch {
    return undefined;
  }
}

export function writeState(home: string, state: State): void {
  writeAtomically(pathOf(home), state);
}

export function removeState(home: string): void {
  rmSync(pathOf(home), { force: true });
  rmSync(endpointsPath(home), { force: true });
}

export const endpointsPath = (home: string): string => join(home, 'endpoints.json');

/** Readers see the old file or the new one, never half of it. */
export function writeAtomically(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** For the owner only: they hold orders, mails and addresses. Folders of an earlier start are closed, too. */
export function ensureFolders(home: string): void {
  for (const folder of ['data', 'logs'].map((name) => join(home, name))) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  }
}
