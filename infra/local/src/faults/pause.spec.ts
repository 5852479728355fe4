import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '@waybill/testing';
import { isStopped } from './supervised.fixture.js';

const started: ChildProcess[] = [];
const node = (...args: string[]) => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  started.push(child);
  return child;
};
afterEach(() => {
  for (const { pid } of started.splice(0)) {
    try {
      process.kill(-pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
});

describe('a paused process', () => {
  it('is continued when the launcher and its whole process group are killed', async () => {
    const paused = node('-e', 'setInterval(() => {}, 1_000_000)');
    const launcher = node(join(import.meta.dirname, 'paused-by.fixture.js'), String(paused.pid));
    await once(launcher.stdout!, 'data');
    await until('it is stopped', () => isStopped(paused.pid!));

    process.kill(-launcher.pid!, 'SIGKILL');
    await until('it is continued', () => !isStopped(paused.pid!));
  });
});
