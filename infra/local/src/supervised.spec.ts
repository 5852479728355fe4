import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessSpec } from './process-spec.js';
import { Supervised } from './supervised.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervised-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines: string[] = [];
const output = { line: (text: string) => void lines.push(text) };
const supervise = (spec: Omit<ProcessSpec, 'name' | 'command'>) =>
  new Supervised(
    { name: 'service', command: process.execPath, ...spec },
    { output, logFile: join(folder, 'service.log'), onChange() {} },
  );

describe('a process that is restarted', () => {
  it('runs the code that is on the disk by then, and no failure is reported', async () => {
    const script = join(folder, 'service.cjs');
    const runs = (version: string) =>
      writeFileSync(
        script,
        `require('fs').writeFileSync(${JSON.stringify(join(folder, version))}, ''); setInterval(() => {}, 1e6)`,
      );
    let version = 'first';
    const ready = async () => {
      if (!existsSync(join(folder, version))) throw new Error(`the ${version} does not run`);
    };
    runs(version);
    const supervised = supervise({ args: [script], ready });
    await supervised.start(60_000);
    const { pid } = supervised;

    version = 'second';
    runs(version);
    await supervised.restart(60_000);
    expect(supervised.pid).not.toBe(pid);
    expect(lines).toEqual([]);
    await supervised.stop();
  });
});

describe('a process that ends whenever it is started', () => {
  it('fails to start long before the timeout, and shows the end of its log', async () => {
    const logFile = join(folder, 'service.log');
    writeFileSync(logFile, 'of an earlier start\n');
    const program = "console.error('DATABASE_URL: is missing'); process.exit(1)";
    const ready = () => Promise.reject(new Error('connection refused'));
    const supervised = supervise({ args: ['-e', program], ready });

    const started = supervised.start(60_000);
    await expect(started).rejects.toThrow(/^service ended 5 times before it was ready:\nDATABASE_URL: is missing/);
    await expect(started).rejects.not.toThrow('earlier');
    await supervised.stop();
  }, 30_000);
});
